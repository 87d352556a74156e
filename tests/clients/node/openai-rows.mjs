// The official `openai` client through a gateway, row by row.
//
//     OPENAI_BASE_URL=… OPENAI_API_KEY=… POOR_KEY=… node openai-rows.mjs own|chat|other
//
// Nothing in here knows Token Tracker.
import OpenAI from 'openai';
import { zodResponseFormat, zodTextFormat } from 'openai/helpers/zod';
import { VERSION } from 'openai/version';
import * as z from 'zod';
import { Attempts, Rows, expect, hello, picture, refused, thrown, upstreamOfArguments, works } from './rows.mjs';

const rows = new Rows();
const row = rows.add.bind(rows);
const ask = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Say something.' },
];
const image = `data:image/png;base64,${picture}`;
const schema = z.object({ city: z.string(), people: z.number() });
const city = zodResponseFormat(schema, 'city');
const paris = { city: 'Paris', people: 2_100_000 };

class Stage {
  upstream = upstreamOfArguments();
  attempts = new Attempts();
  client = this.newClient();
  poor = this.newClient({ apiKey: process.env.POOR_KEY });
  stranger = this.newClient({ apiKey: 'ttd_nobody' });

  newClient(options = {}) {
    return new OpenAI({ fetch: this.attempts.fetch, ...options });
  }

  chat(options = {}) {
    return this.client.chat.completions.create({ model: 'good', messages: ask, ...options });
  }
}

/** The row of something that perhaps cannot be carried over, and what a refusal must name. */
async function carried(field, attempt) {
  try {
    await attempt();
    return works();
  } catch (error) {
    if (!(error instanceof OpenAI.BadRequestError) || !error.message.includes(field)) throw error;
    expect(error.code, 'invalid_request');
    return refused(field);
  }
}

function tool(name) {
  const parameters = { type: 'object', properties: { path: { type: 'string' } } };
  return { type: 'function', function: { name, description: 'Looks.', parameters } };
}

const tools = [tool('read'), tool('list')];
const calls = [
  ['read', '{"path":"a.rs"}'],
  ['list', '{}'],
];
const written = (message) => message.tool_calls.map((call) => [call.function.name, call.function.arguments]);
const textOf = (answer) => answer.choices[0].message.content;

row('list of models', async (stage) => {
  const models = [];
  for await (const model of stage.client.models.list()) models.push(model.id);
  expect(models.includes('good'), true);
  expect((await stage.client.models.retrieve('good')).id, 'good');
});

row('whole answer, usage, request id', async (stage) => {
  const answer = await stage.chat();
  expect([textOf(answer), answer.choices[0].finish_reason], [hello, 'stop']);
  expect(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens);
  expect([answer.usage.prompt_tokens_details.cached_tokens, answer._request_id.length], [3, 36]);
});

row('stream', async (stage) => {
  let text = '';
  let finish = null;
  for await (const chunk of await stage.chat({ stream: true })) {
    expect(chunk.usage ?? null, null);
    text += chunk.choices[0].delta.content ?? '';
    finish = chunk.choices[0].finish_reason ?? finish;
  }
  expect([text, finish], [hello, 'stop']);
});

row('stream with usage', async (stage) => {
  const chunks = [];
  for await (const chunk of await stage.chat({ stream: true, stream_options: { include_usage: true } }))
    chunks.push(chunk);
  const last = chunks.pop();
  expect([last.choices, last.usage.prompt_tokens_details.cached_tokens], [[], 3]);
  expect(
    chunks.every((chunk) => !chunk.usage),
    true,
  );
});

row('asynchronous client, stream helper', async (stage) => {
  const stream = stage.client.chat.completions.stream({ model: 'good', messages: ask });
  expect(textOf(await stream.finalChatCompletion()), hello);
});

row('output cap, finish reason `length`', async (stage) => {
  const answer = await stage.chat({ max_completion_tokens: 1 });
  expect([textOf(answer), answer.choices[0].finish_reason], ['Hello ', 'length']);
});

row('tools, a whole turn', async (stage) => {
  const { finish_reason, message } = (await stage.chat({ tools })).choices[0];
  expect([finish_reason, written(message)], ['tool_calls', calls]);
  const results = message.tool_calls.map((call) => ({
    role: 'tool',
    tool_call_id: call.id,
    content: call.function.name,
  }));
  const second = await stage.chat({ messages: [...ask, message, ...results], tools });
  expect(textOf(second), 'The tools say: read, list.');
});

row('tools, streamed', async (stage) => {
  const stream = stage.client.chat.completions.stream({ model: 'good', messages: ask, tools });
  expect(written(await stream.finalMessage()), calls);
});

row('tools, one of them demanded', async (stage) => {
  const answer = await stage.chat({ tools, tool_choice: { type: 'function', function: { name: 'list' } } });
  expect(written(answer.choices[0].message), [['list', '{}']]);
});

async function see(stage, url) {
  const part = { type: 'image_url', image_url: { url, detail: 'low' } };
  const messages = [{ role: 'user', content: [{ type: 'text', text: 'What is this?' }, part] }];
  expect(textOf(await stage.chat({ model: 'sees', messages })), `I see ${url}.`);
}

row('image within the request', (stage) => see(stage, image));
row('image by its address', (stage) => see(stage, 'https://example.com/cat.png'));

row('structured output', async (stage) => {
  const answer = await stage.client.chat.completions.parse({ model: 'good', messages: ask, response_format: city });
  expect(answer.choices[0].message.parsed, paris);
});

row('structured output, streamed', async (stage) => {
  const stream = stage.client.chat.completions.stream({ model: 'good', messages: ask, response_format: city });
  expect((await stream.finalMessage()).parsed, paris);
});

row('reasoning effort, thoughts', async (stage) => {
  const answer = await stage.chat({ reasoning_effort: 'low', max_completion_tokens: 4_000 });
  expect([textOf(answer), answer.choices[0].message.reasoning_content], [hello, 'Let me think.']);
  expect(answer.usage.completion_tokens_details.reasoning_tokens, 2);
});

row('temperature, stop, user, metadata', async (stage) => {
  const options = { user: 'someone', metadata: { a: 'b' }, store: false, seed: 7 };
  expect(textOf(await stage.chat({ temperature: 0.5, stop: ['how'], ...options })), 'Hello wörld, ');
});

row('JSON without a schema', (stage) =>
  carried('`response_format`', () => stage.chat({ response_format: { type: 'json_object' } })),
);
row('several answers at once', (stage) =>
  carried('`n`', async () => expect((await stage.chat({ n: 2 })).choices.length, 2)),
);
row('log probabilities', (stage) => carried('`logprobs`', () => stage.chat({ logprobs: true })));
row('penalties', (stage) => carried('`presence_penalty`', () => stage.chat({ presence_penalty: 0.5 })));

row('completions', (stage) =>
  carried('cannot do this', async () => {
    const answer = await stage.client.completions.create({ model: 'good', prompt: 'fn main() {', max_tokens: 64 });
    expect(answer.choices[0].text, hello);
  }),
);

row('embeddings', (stage) =>
  carried('cannot do this', async () => {
    const answer = await stage.client.embeddings.create({ model: 'embed', input: ['a', 'b'] });
    expect(
      answer.data.map((entry) => entry.embedding.length),
      [2, 2],
    );
  }),
);

row('error: unknown model', async (stage) => {
  const error = await thrown(OpenAI.NotFoundError, () => stage.chat({ model: 'nobody' }));
  expect([error.status, error.code], [404, 'model_unknown']);
});

row('error: wrong credential', async (stage) => {
  const attempt = () => stage.stranger.chat.completions.create({ model: 'good', messages: ask });
  expect((await thrown(OpenAI.AuthenticationError, attempt)).code, 'unauthorized');
});

row('error: wrong request', async (stage) => {
  const error = await thrown(OpenAI.BadRequestError, () => stage.chat({ messages: [] }));
  expect([error.code, error.message.includes('`messages`')], ['invalid_request', true]);
});

row('error: stream that breaks off', async (stage) => {
  let text = '';
  const error = await thrown(OpenAI.APIError, async () => {
    for await (const chunk of await stage.chat({ model: 'breaks', stream: true }))
      text += chunk.choices[0].delta.content ?? '';
  });
  expect([text, error.code], ['Hello wörld, ', 'upstream_unavailable']);
});

row('cancel in mid-stream', async (stage) => {
  const stream = await stage.chat({ model: 'hangs', stream: true });
  let text = '';
  for await (const chunk of stream) {
    text += chunk.choices[0].delta.content ?? '';
    if (text === 'Hello wörld, ') stream.controller.abort();
  }
  expect(text, 'Hello wörld, ');
});

row('retries: balance exhausted', async (stage) => {
  stage.attempts.taken();
  const attempt = () => stage.poor.chat.completions.create({ model: 'good', messages: ask });
  const error = await thrown(OpenAI.APIError, attempt);
  expect([error.status, error.code], [402, 'insufficient_credit']);
  expect(stage.attempts.taken(), 1);
  return works('1 request');
});

async function retried(stage, model) {
  stage.attempts.taken();
  expect(textOf(await stage.chat({ model })), hello);
  expect(stage.attempts.taken(), 2);
  return works('2 requests');
}

async function givenUp(stage, model, kind, wanted, count, attempt = () => stage.chat({ model })) {
  stage.attempts.taken();
  const error = await thrown(kind, attempt);
  expect([error.status, error.code], wanted);
  if (error.status === 502) expect(error.requestID.length, 36);
  expect(stage.attempts.taken(), count);
  return works(count === 1 ? '1 request' : `${count} requests`);
}

const unavailable = [502, 'upstream_unavailable'];
row('retries: rate limit that passes', (stage) => retried(stage, 'limited'));
row('retries: rate limit that stays', (stage) =>
  givenUp(stage, 'busy', OpenAI.RateLimitError, [429, 'rate_limited'], 3),
);
row('retries: failure that passes', (stage) => retried(stage, 'stumbles'));
row('retries: failure that stays', (stage) => givenUp(stage, 'broken', OpenAI.InternalServerError, unavailable, 3));
row("retries: the owner's key is refused", (stage) =>
  givenUp(stage, 'locked', OpenAI.InternalServerError, unavailable, 1),
);

const respond = (stage, options = {}) =>
  stage.client.responses.create({ model: 'good', input: 'Say something.', ...options });
const responseTools = tools.map(({ type, function: definition }) => ({ type, strict: false, ...definition }));
const called = (response) =>
  response.output.filter((item) => item.type === 'function_call').map((item) => [item.name, item.arguments]);

row('Responses: whole answer, usage', async (stage) => {
  const response = await respond(stage, { instructions: 'Be brief.' });
  expect([response.output_text, response.status], [hello, 'completed']);
  const { usage } = response;
  expect([usage.input_tokens_details.cached_tokens, usage.total_tokens], [3, usage.input_tokens + usage.output_tokens]);
});

row('Responses: stream of events', async (stage) => {
  let text = '';
  const events = [];
  for await (const event of await respond(stage, { stream: true })) {
    events.push(event);
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  const last = events.at(-1);
  expect([text, events[0].type, last.type], [hello, 'response.created', 'response.completed']);
  expect(
    events.map((event) => event.sequence_number),
    [...events.keys()],
  );
  expect(last.response.usage.input_tokens_details.cached_tokens, 3);
});

row('Responses: output cap, status `incomplete`', async (stage) => {
  const response = await respond(stage, { max_output_tokens: 1 });
  expect([response.output_text, response.status], ['Hello ', 'incomplete']);
  expect(response.incomplete_details.reason, 'max_output_tokens');
});

row('Responses: tools, a whole turn', async (stage) => {
  const first = await respond(stage, { tools: responseTools, store: false });
  expect(called(first), calls);
  const results = first.output.map((item) => ({
    type: 'function_call_output',
    call_id: item.call_id,
    output: item.name,
  }));
  const input = [{ role: 'user', content: 'Say something.' }, ...first.output, ...results];
  expect((await respond(stage, { input, tools: responseTools })).output_text, 'The tools say: read, list.');
});

row('Responses: tools, streamed', async (stage) => {
  const stream = stage.client.responses.stream({ model: 'good', input: 'Look.', tools: responseTools });
  expect(called(await stream.finalResponse()), calls);
});

row('Responses: image within the request', async (stage) => {
  const part = { type: 'input_image', image_url: image, detail: 'low' };
  const input = [{ role: 'user', content: [{ type: 'input_text', text: 'What is this?' }, part] }];
  expect((await respond(stage, { model: 'sees', input })).output_text, `I see ${image}.`);
});

row('Responses: structured output', async (stage) => {
  const text = { format: zodTextFormat(schema, 'city') };
  const response = await stage.client.responses.parse({ model: 'good', input: 'Say something.', text });
  expect(response.output_parsed, paris);
});

row('Responses: reasoning, its summary', async (stage) => {
  const options = { reasoning: { effort: 'low', summary: 'auto' }, max_output_tokens: 4_000 };
  const response = await respond(stage, options);
  expect([response.output_text, response.usage.output_tokens_details.reasoning_tokens], [hello, 2]);
  const thoughts = response.output.filter((item) => item.type === 'reasoning').flatMap((item) => item.summary);
  expect(
    thoughts.map((part) => part.text),
    ['Let me think.'],
  );
});

row('Responses: a response that was kept', (stage) =>
  carried('`previous_response_id`', () => respond(stage, { previous_response_id: 'resp_1' })),
);
row('Responses: in the background', (stage) => carried('`background`', () => respond(stage, { background: true })));
row('Responses: search by the provider', (stage) =>
  carried('`tools[0].type`', () => respond(stage, { model: 'free', tools: [{ type: 'web_search' }] })),
);

row('Responses: error: unknown model', async (stage) => {
  const error = await thrown(OpenAI.NotFoundError, () => respond(stage, { model: 'nobody' }));
  expect([error.status, error.code], [404, 'model_unknown']);
});

row('Responses: error: stream that breaks off', async (stage) => {
  let text = '';
  let failure = '';
  for await (const event of await respond(stage, { model: 'breaks', stream: true })) {
    if (event.type === 'response.output_text.delta') text += event.delta;
    if (event.type === 'response.failed') failure = event.response.error.message;
  }
  expect([text, failure !== ''], ['Hello wörld, ', true]);
});

row('Responses: cancel in mid-stream', async (stage) => {
  const stream = await respond(stage, { model: 'hangs', stream: true });
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
    if (text === 'Hello wörld, ') stream.controller.abort();
  }
  expect(text, 'Hello wörld, ');
});

row('Responses: retries: balance exhausted', (stage) =>
  givenUp(stage, 'good', OpenAI.APIError, [402, 'insufficient_credit'], 1, () =>
    stage.poor.responses.create({ model: 'good', input: 'Say something.' }),
  ),
);
row("Responses: retries: the owner's key is refused", (stage) =>
  givenUp(stage, 'locked', OpenAI.InternalServerError, unavailable, 1, () => respond(stage, { model: 'locked' })),
);

await rows.run('openai', VERSION, new Stage());
