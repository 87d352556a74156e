// A stand-in for an AI service: OpenAI-compatible, streams recorded shapes with usage, and notices who hangs up.
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

type Body = {
  model: string;
  prompt?: string;
  messages?: { role: string; content: string }[];
  stream?: boolean;
};

/** What the model says to a prompt, and how it is cut into pieces. */
export type Script = { completion: (prompt: string) => string; chat: (question: string) => string };

const PIECE_MS = 12;

export class Upstream {
  readonly requests: { path: string; body: Body }[] = [];
  hungUp = 0;
  private readonly server: http.Server;
  private readonly script: Script;

  constructor(script: Script) {
    this.script = script;
    this.server = http.createServer((request, response) => {
      this.answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  async start(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (path.endsWith('/models')) {
      response.end(JSON.stringify({ object: 'list', data: [{ id: 'scripted', object: 'model' }] }));
      return;
    }
    const body = JSON.parse(await text(request)) as Body;
    this.requests.push({ path, body });
    const isChat = path.endsWith('/chat/completions');
    const question = body.messages?.at(-1)?.content ?? '';
    const said = isChat ? this.script.chat(question) : this.script.completion(body.prompt ?? '');
    const asked = JSON.stringify(body.messages ?? body.prompt ?? '');
    const usage = usageOf(asked, said);
    if (body.stream === true) await this.stream(response, isChat, body.model, said, usage);
    else
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify(whole(isChat, body.model, said, usage)));
  }

  private async stream(
    response: http.ServerResponse,
    isChat: boolean,
    model: string,
    said: string,
    usage: object,
  ): Promise<void> {
    response.on('close', () => {
      if (!response.writableFinished) this.hungUp += 1;
    });
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    const head = { id: 'scripted-1', object: isChat ? 'chat.completion.chunk' : 'text_completion', created: 1, model };
    const send = (event: object) => response.write(`data: ${JSON.stringify({ ...head, ...event })}\n\n`);
    if (isChat) send({ choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }] });
    for (const piece of said.match(/\s*\S+\s?/g) ?? []) {
      if (response.destroyed) return;
      const part = isChat ? { delta: { content: piece } } : { text: piece };
      send({ choices: [{ index: 0, ...part, finish_reason: null }] });
      // The pace of a model, not a wait for anybody.
      await new Promise((resolve) => setTimeout(resolve, PIECE_MS));
    }
    const last = isChat ? { delta: {} } : { text: '' };
    send({ choices: [{ index: 0, ...last, finish_reason: 'stop' }] });
    send({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  }
}

function whole(isChat: boolean, model: string, said: string, usage: object): object {
  const part = isChat ? { message: { role: 'assistant', content: said } } : { text: said };
  return {
    id: 'scripted-1',
    object: isChat ? 'chat.completion' : 'text_completion',
    created: 1,
    model,
    choices: [{ index: 0, ...part, finish_reason: 'stop' }],
    usage,
  };
}

function usageOf(asked: string, said: string): object {
  const [prompt, completion] = [asked, said].map((part) => Math.ceil(part.length / 4)) as [number, number];
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

async function text(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
