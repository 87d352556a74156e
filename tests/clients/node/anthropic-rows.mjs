// The official `@anthropic-ai/sdk` client through a gateway, row by row.
//
//     ANTHROPIC_BASE_URL=… ANTHROPIC_API_KEY=… POOR_KEY=… node anthropic-rows.mjs own|other
//
// Nothing in here knows Token Tracker.
import Anthropic from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { VERSION } from '@anthropic-ai/sdk/version';
import * as z from 'zod';
import { Attempts, Rows, expect, hello, picture, refused, thrown, upstreamOfArguments, works } from './rows.mjs';

const rows = new Rows();
const row = rows.add.bind(rows);
const question = { role: 'user', content: 'Say something.' };
const ask = { model: 'good', max_tokens: 500, system: 'Be brief.', messages: [question] };
const format = zodOutputFormat(z.object({ city: z.string(), people: z.number() }));
const paris = { city: 'Paris', people: 2_100_000 };

class Stage {
  upstream = upstreamOfArguments();
  attempts = new Attempts();
  client = this.newClient();
  poor = this.newClient({ apiKey: process.env.POOR_KEY });
  stranger = this.newClient({ apiKey: 'ttd_nobody' });
  // What the documentation of gateways calls a token goes out as a Bearer.
  bearer = this.newClient({ apiKey: null, authToken: process.env.ANTHROPIC_API_KEY });

  newClient(options = {}) {
    return new Anthropic({ fetch: this.attempts.fetch, ...options });
  }

  ask(options = {}) {
    return this.client.messages.create({ ...ask, ...options });
  }
}

/** The row of something that perhaps cannot be carried over, and what a refusal must name. */
async function carried(field, attempt) {
  try {
    await attempt();
    return works();
  } catch (error) {
    if (!(error instanceof Anthropic.BadRequestError) || !error.message.includes(field)) throw error;
    expect(kindOf(error), 'invalid_request_error');
    return refused(field);
  }
}

function tool(name) {
  const input_schema = { type: 'object', properties: { path: { type: 'string' } } };
  return { name, description: 'Looks.', input_schema };
}

const tools = [tool('read'), tool('list')];
const calls = [
  ['read', { path: 'a.rs' }],
  ['list', {}],
];
const kindOf = (error) => error.error.error.type;
const blocksOf = (message, type) => message.content.filter((block) => block.type === type);
const callsOf = (message) => blocksOf(message, 'tool_use').map((block) => [block.name, block.input]);
const textOf = (message) =>
  blocksOf(message, 'text')
    .map((block) => block.text)
    .join('');

row('list of models', async (stage) => {
  const models = [];
  for await (const model of stage.client.models.list()) models.push(model.id);
  expect(models.includes('good'), true);
  expect((await stage.client.models.retrieve('good')).id, 'good');
});

row('count of tokens', async (stage) => {
  const counted = await stage.client.messages.countTokens({
    model: 'good',
    messages: [question],
    system: 'Be brief.',
  });
  expect(counted.input_tokens > 0, true);
});

row('whole answer, usage, request id', async (stage) => {
  const message = await stage.ask();
  expect([textOf(message), message.stop_reason], [hello, 'end_turn']);
  expect([message.usage.cache_read_input_tokens, message.usage.output_tokens > 0], [3, true]);
  expect(message._request_id.length, 36);
});

row('stream of events', async (stage) => {
  let text = '';
  const kinds = [];
  for await (const event of await stage.ask({ stream: true })) {
    kinds.push(event.type);
    if (event.type === 'content_block_delta') text += event.delta.text;
  }
  expect([text, kinds[0], ...kinds.slice(-2)], [hello, 'message_start', 'message_delta', 'message_stop']);
});

row('stream helper, usage', async (stage) => {
  let text = '';
  const stream = stage.client.messages.stream(ask).on('text', (piece) => (text += piece));
  const { usage } = await stream.finalMessage();
  expect([text, usage.cache_read_input_tokens, usage.output_tokens > 1], [hello, 3, true]);
});

row('asynchronous client', async (stage) => {
  expect(textOf(await stage.client.messages.stream(ask).finalMessage()), hello);
});

row('credential as a Bearer token', async (stage) => {
  expect(textOf(await stage.bearer.messages.create(ask)), hello);
});

row('output cap, stop reason `max_tokens`', async (stage) => {
  const message = await stage.ask({ max_tokens: 1 });
  expect([textOf(message), message.stop_reason], ['Hello ', 'max_tokens']);
});

row('tools, a whole turn', async (stage) => {
  const first = await stage.ask({ tools });
  expect([callsOf(first), first.stop_reason], [calls, 'tool_use']);
  const results = blocksOf(first, 'tool_use').map((block) => ({
    type: 'tool_result',
    tool_use_id: block.id,
    content: block.name,
  }));
  const messages = [question, { role: 'assistant', content: first.content }, { role: 'user', content: results }];
  expect(textOf(await stage.ask({ messages, tools })), 'The tools say: read, list.');
});

row('tools, streamed', async (stage) => {
  expect(callsOf(await stage.client.messages.stream({ ...ask, tools }).finalMessage()), calls);
});

row('tools, one of them demanded', async (stage) => {
  expect(callsOf(await stage.ask({ tools, tool_choice: { type: 'tool', name: 'list' } })), [['list', {}]]);
});

async function see(stage, source, seen) {
  const content = [
    { type: 'image', source },
    { type: 'text', text: 'What is this?' },
  ];
  const message = await stage.ask({ model: 'sees', messages: [{ role: 'user', content }] });
  expect(textOf(message), `I see ${seen}.`);
}

row('image within the request', (stage) =>
  see(stage, { type: 'base64', media_type: 'image/png', data: picture }, `data:image/png;base64,${picture}`),
);
row('image by its address', (stage) => {
  const url = 'https://example.com/cat.png';
  return see(stage, { type: 'url', url }, url);
});

row('structured output', async (stage) => {
  const message = await stage.client.messages.parse({ ...ask, output_config: { format } });
  expect(message.parsed_output, paris);
});

row('structured output, streamed', async (stage) => {
  const stream = stage.client.messages.stream({ ...ask, output_config: { format } });
  expect((await stream.finalMessage()).parsed_output, paris);
});

row('thinking with a budget', async (stage) => {
  const options = { max_tokens: 4_000, thinking: { type: 'enabled', budget_tokens: 1_024 } };
  const message = await stage.ask(options);
  expect([textOf(message), message.usage.output_tokens_details.thinking_tokens], [hello, 2]);
  const thoughts = blocksOf(message, 'thinking').map((block) => block.thinking);
  // Only the model that signed its thoughts can be given them back.
  expect(thoughts, stage.upstream === 'own' ? ['Let me think.'] : []);
  const messages = [question, { role: 'assistant', content: message.content }, question];
  expect(textOf(await stage.ask({ ...options, messages })), hello);
});

row('thinking as the model likes, effort', async (stage) => {
  const message = await stage.ask({ thinking: { type: 'adaptive' }, output_config: { effort: 'high' } });
  expect(textOf(message), hello);
});

row('cache marks, temperature, stop, metadata', async (stage) => {
  const system = [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }];
  const options = { metadata: { user_id: 'someone' }, stop_sequences: ['how'] };
  expect(textOf(await stage.ask({ system, temperature: 0.5, ...options })), 'Hello wörld, ');
});

row('top_k', (stage) => carried('`top_k`', () => stage.ask({ top_k: 5 })));

row('search by the provider', (stage) =>
  carried('`tools[0].type`', () =>
    stage.ask({ model: 'free', tools: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 1 }] }),
  ),
);

row('file kept at the provider', (stage) => {
  const content = [{ type: 'image', source: { type: 'file', file_id: 'file_1' } }];
  return carried('`messages[0].content[0].source`', () =>
    stage.ask({ model: 'free', messages: [{ role: 'user', content }] }),
  );
});

row('error: unknown model', async (stage) => {
  expect(kindOf(await thrown(Anthropic.NotFoundError, () => stage.ask({ model: 'nobody' }))), 'not_found_error');
});

row('error: wrong credential', async (stage) => {
  const error = await thrown(Anthropic.AuthenticationError, () => stage.stranger.messages.create(ask));
  expect(kindOf(error), 'authentication_error');
});

row('error: wrong request', async (stage) => {
  const error = await thrown(Anthropic.BadRequestError, () => stage.ask({ messages: [] }));
  expect([kindOf(error), error.message.includes('`messages`')], ['invalid_request_error', true]);
});

row('error: stream that breaks off', async (stage) => {
  let text = '';
  const error = await thrown(Anthropic.APIError, async () => {
    for await (const event of await stage.ask({ model: 'breaks', stream: true }))
      if (event.type === 'content_block_delta') text += event.delta.text;
  });
  expect([text, kindOf(error)], ['Hello wörld, ', 'api_error']);
});

row('cancel in mid-stream', async (stage) => {
  const stream = await stage.ask({ model: 'hangs', stream: true });
  let text = '';
  for await (const event of stream) {
    if (event.type === 'content_block_delta') text += event.delta.text;
    if (text === 'Hello wörld, ') stream.controller.abort();
  }
  expect(text, 'Hello wörld, ');
});

row('retries: balance exhausted', async (stage) => {
  stage.attempts.taken();
  const error = await thrown(Anthropic.APIError, () => stage.poor.messages.create(ask));
  expect([error.status, kindOf(error)], [402, 'billing_error']);
  expect(stage.attempts.taken(), 1);
  return works('1 request');
});

async function retried(stage, model) {
  stage.attempts.taken();
  expect(textOf(await stage.ask({ model })), hello);
  expect(stage.attempts.taken(), 2);
  return works('2 requests');
}

async function givenUp(stage, model, kind, wanted, count) {
  stage.attempts.taken();
  const error = await thrown(kind, () => stage.ask({ model }));
  expect([error.status, kindOf(error)], wanted);
  expect([error.requestID.length, error.error.request_id], [36, error.requestID]);
  expect(stage.attempts.taken(), count);
  return works(count === 1 ? '1 request' : `${count} requests`);
}

row('retries: rate limit that passes', (stage) => retried(stage, 'limited'));
row('retries: rate limit that stays', (stage) =>
  givenUp(stage, 'busy', Anthropic.RateLimitError, [429, 'rate_limit_error'], 3),
);
row('retries: failure that passes', (stage) => retried(stage, 'stumbles'));
row('retries: failure that stays', (stage) =>
  givenUp(stage, 'broken', Anthropic.InternalServerError, [502, 'api_error'], 3),
);
row("retries: the owner's key is refused", (stage) =>
  givenUp(stage, 'locked', Anthropic.InternalServerError, [502, 'api_error'], 1),
);

await rows.run('anthropic', VERSION, new Stage());
