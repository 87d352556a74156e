"""Chat, completions, embeddings and models."""

import asyncio

import openai
from openai_stage import (
    ASK,
    CALLS,
    EXHAUSTED,
    HELLO,
    IMAGE,
    LIMITED,
    TOOLS,
    UNAVAILABLE,
    City,
    carried,
    fails,
    row,
    written,
)
from rows import expect, in_requests, refused


@row("list of models")
def _(stage):
    models = [model.id for model in stage.client.models.list()]
    expect("good" in models, True)
    expect(stage.client.models.retrieve("good").id, "good")


@row("whole answer, usage, request id")
def _(stage):
    answer = stage.chat()
    expect(answer.choices[0].message.content, HELLO)
    expect(answer.choices[0].finish_reason, "stop")
    expect(answer.usage.total_tokens, answer.usage.prompt_tokens + answer.usage.completion_tokens)
    expect(answer.usage.prompt_tokens_details.cached_tokens, 3)
    expect(len(answer._request_id), 36)


@row("stream")
def _(stage):
    text, finish = "", None
    for chunk in stage.chat(stream=True):
        expect(chunk.usage, None)
        text += chunk.choices[0].delta.content or ""
        finish = chunk.choices[0].finish_reason or finish
    expect((text, finish), (HELLO, "stop"))


@row("stream with usage")
def _(stage):
    chunks = list(stage.chat(stream=True, stream_options={"include_usage": True}))
    expect(chunks[-1].choices, [])
    expect(chunks[-1].usage.prompt_tokens_details.cached_tokens, 3)
    expect([chunk.usage for chunk in chunks[:-1]], [None] * (len(chunks) - 1))


@row("asynchronous client, stream helper")
def _(stage):
    async def read():
        async with openai.AsyncOpenAI() as client:
            async with client.chat.completions.stream(model="good", messages=ASK) as stream:
                return await stream.get_final_completion()

    expect(asyncio.run(read()).choices[0].message.content, HELLO)


@row("output cap, finish reason `length`")
def _(stage):
    answer = stage.chat(max_completion_tokens=1)
    expect(answer.choices[0].finish_reason, "length")
    expect(answer.choices[0].message.content, "Hello ")


@row("tools, a whole turn")
def _(stage):
    first = stage.chat(tools=TOOLS)
    expect(first.choices[0].finish_reason, "tool_calls")
    message = first.choices[0].message
    expect(written(message.tool_calls), CALLS)
    results = [{"role": "tool", "tool_call_id": call.id, "content": call.function.name} for call in message.tool_calls]
    second = stage.chat(messages=[*ASK, message.to_dict(), *results], tools=TOOLS)
    expect(second.choices[0].message.content, "The tools say: read, list.")


@row("tools, streamed")
def _(stage):
    with stage.client.chat.completions.stream(model="good", messages=ASK, tools=TOOLS) as stream:
        message = stream.get_final_completion().choices[0].message
    expect(written(message.tool_calls), CALLS)


@row("tools, one of them demanded")
def _(stage):
    choice = {"type": "function", "function": {"name": "list"}}
    message = stage.chat(tools=TOOLS, tool_choice=choice).choices[0].message
    expect(written(message.tool_calls), [("list", "{}")])


def see(stage, url):
    part = {"type": "image_url", "image_url": {"url": url, "detail": "low"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, part]}]
    answer = stage.chat(model="sees", messages=messages)
    expect(answer.choices[0].message.content, f"I see {url}.")


@row("image within the request")
def _(stage):
    see(stage, IMAGE)


@row("image by its address")
def _(stage):
    see(stage, "https://example.com/cat.png")


@row("structured output")
def _(stage):
    answer = stage.client.chat.completions.parse(model="good", messages=ASK, response_format=City)
    expect(answer.choices[0].message.parsed, City(city="Paris", people=2_100_000))


@row("structured output, streamed")
def _(stage):
    with stage.client.chat.completions.stream(model="good", messages=ASK, response_format=City) as stream:
        message = stream.get_final_completion().choices[0].message
    expect(message.parsed, City(city="Paris", people=2_100_000))


@row("reasoning effort, thoughts")
def _(stage):
    answer = stage.chat(reasoning_effort="low", max_completion_tokens=4_000)
    expect(answer.choices[0].message.content, HELLO)
    expect(answer.choices[0].message.reasoning_content, "Let me think.")
    expect(answer.usage.completion_tokens_details.reasoning_tokens, 2)


@row("temperature, stop, user, metadata")
def _(stage):
    options = {"user": "someone", "metadata": {"a": "b"}, "store": False, "seed": 7}
    answer = stage.chat(temperature=0.5, stop=["how"], **options)
    expect(answer.choices[0].message.content, "Hello wörld, ")


@row("JSON without a schema")
def _(stage):
    return carried("`response_format`", lambda: stage.chat(response_format={"type": "json_object"}))


@row("several answers at once")
def _(stage):
    return carried("`n`", lambda: expect(len(stage.chat(n=2).choices), 2))


@row("log probabilities")
def _(stage):
    return carried("`logprobs`", lambda: stage.chat(logprobs=True))


@row("penalties")
def _(stage):
    return carried("`presence_penalty`", lambda: stage.chat(presence_penalty=0.5))


@row("completions")
def _(stage):
    def attempt():
        answer = stage.client.completions.create(model="good", prompt="fn main() {", max_tokens=64)
        expect(answer.choices[0].text, HELLO)

    return carried("cannot do this", attempt)


@row("embeddings")
def _(stage):
    def attempt():
        answer = stage.client.embeddings.create(model="embed", input=["a", "b"])
        expect([len(entry.embedding) for entry in answer.data], [2, 2])

    return carried("cannot do this", attempt)


@row("error: unknown model")
def _(stage):
    raised = refused(openai.NotFoundError, lambda: stage.chat(model="nobody"))
    expect((raised.status_code, raised.code), (404, "model_unknown"))


@row("error: wrong credential")
def _(stage):
    ask = stage.stranger.chat.completions.create
    raised = refused(openai.AuthenticationError, lambda: ask(model="good", messages=ASK))
    expect(raised.code, "unauthorized")


@row("error: wrong request")
def _(stage):
    raised = refused(openai.BadRequestError, lambda: stage.chat(messages=[]))
    expect((raised.code, "`messages`" in raised.message), ("invalid_request", True))


@row("error: stream that breaks off")
def _(stage):
    text = ""

    def read():
        nonlocal text
        for chunk in stage.chat(model="breaks", stream=True):
            text += chunk.choices[0].delta.content or ""

    raised = refused(openai.APIError, read)
    expect((text, raised.code), ("Hello wörld, ", "upstream_unavailable"))


@row("cancel in mid-stream")
def _(stage):
    with stage.chat(model="hangs", stream=True) as stream:
        text = ""
        while text != "Hello wörld, ":
            text += next(stream).choices[0].delta.content or ""


def answers(stage, model):
    expect(stage.chat(model=model).choices[0].message.content, HELLO)


@row("retries: balance exhausted")
def _(stage):
    ask = stage.poor.chat.completions.create
    return in_requests(1, stage, lambda: fails(EXHAUSTED, lambda: ask(model="good", messages=ASK)))


@row("retries: rate limit that passes")
def _(stage):
    return in_requests(2, stage, lambda: answers(stage, "limited"))


@row("retries: rate limit that stays")
def _(stage):
    def attempt():
        raised = fails(LIMITED, lambda: stage.chat(model="busy"))
        expect(raised.response.headers["retry-after"], "1")

    return in_requests(3, stage, attempt)


@row("retries: failure that passes")
def _(stage):
    return in_requests(2, stage, lambda: answers(stage, "stumbles"))


@row("retries: failure that stays")
def _(stage):
    return in_requests(3, stage, lambda: fails(UNAVAILABLE, lambda: stage.chat(model="broken")))


@row("retries: the owner's key is refused")
def _(stage):
    def attempt():
        raised = fails(UNAVAILABLE, lambda: stage.chat(model="locked"))
        expect(len(raised.request_id), 36)

    return in_requests(1, stage, attempt)
