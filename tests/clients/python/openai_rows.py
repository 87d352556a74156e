"""The official `openai` client through a gateway, row by row.

    OPENAI_BASE_URL=… OPENAI_API_KEY=… POOR_KEY=… python openai_rows.py own|chat|other

Nothing in here knows Token Tracker.
"""

import asyncio
import os

import openai
import pydantic
from rows import PICTURE, Attempts, Refused, Rows, Works, expect, upstream_of_arguments

row = Rows()
HELLO = "Hello wörld, how are you?"
ASK = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say something."}]
IMAGE = f"data:image/png;base64,{PICTURE}"


class City(pydantic.BaseModel):
    city: str
    people: int


class Stage:
    def __init__(self):
        self.upstream = upstream_of_arguments()
        self.attempts = Attempts()
        self.client = self.new_client()
        self.poor = self.new_client(api_key=os.environ["POOR_KEY"])
        self.stranger = self.new_client(api_key="ttd_nobody")

    def new_client(self, **options):
        http = openai.DefaultHttpxClient(event_hooks={"request": [self.attempts]})
        return openai.OpenAI(http_client=http, **options)

    def chat(self, model="good", messages=ASK, **options):
        return self.client.chat.completions.create(model=model, messages=messages, **options)


def carried(field, attempt):
    """The row of something that perhaps cannot be carried over, and what a refusal must name."""
    try:
        attempt()
    except openai.BadRequestError as error:
        expect(error.code, "invalid_request")
        if field not in str(error):
            raise
        return Refused(field)


def tool(name):
    parameters = {"type": "object", "properties": {"path": {"type": "string"}}}
    return {"type": "function", "function": {"name": name, "description": "Looks.", "parameters": parameters}}


TOOLS = [tool("read"), tool("list")]
CALLS = [("read", '{"path":"a.rs"}'), ("list", "{}")]


def written(calls):
    return [(call.function.name, call.function.arguments) for call in calls]


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


def refused(error, attempt):
    try:
        attempt()
    except error as raised:
        return raised
    raise AssertionError(f"no {error.__name__}")


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


@row("retries: balance exhausted")
def _(stage):
    stage.attempts.taken()
    ask = stage.poor.chat.completions.create
    raised = refused(openai.APIStatusError, lambda: ask(model="good", messages=ASK))
    expect((raised.status_code, raised.code), (402, "insufficient_credit"))
    expect(stage.attempts.taken(), 1)
    return Works("1 request")


@row("retries: rate limit that passes")
def _(stage):
    stage.attempts.taken()
    expect(stage.chat(model="limited").choices[0].message.content, HELLO)
    expect(stage.attempts.taken(), 2)
    return Works("2 requests")


@row("retries: rate limit that stays")
def _(stage):
    stage.attempts.taken()
    raised = refused(openai.RateLimitError, lambda: stage.chat(model="busy"))
    expect((raised.code, raised.response.headers["retry-after"]), ("rate_limited", "1"))
    expect(stage.attempts.taken(), 3)
    return Works("3 requests")


@row("retries: failure that passes")
def _(stage):
    stage.attempts.taken()
    expect(stage.chat(model="stumbles").choices[0].message.content, HELLO)
    expect(stage.attempts.taken(), 2)
    return Works("2 requests")


@row("retries: failure that stays")
def _(stage):
    stage.attempts.taken()
    raised = refused(openai.InternalServerError, lambda: stage.chat(model="broken"))
    expect((raised.status_code, raised.code), (502, "upstream_unavailable"))
    expect(stage.attempts.taken(), 3)
    return Works("3 requests")


@row("retries: the owner's key is refused")
def _(stage):
    stage.attempts.taken()
    raised = refused(openai.InternalServerError, lambda: stage.chat(model="locked"))
    expect((raised.status_code, raised.code), (502, "upstream_unavailable"))
    expect(len(raised.request_id), 36)
    expect(stage.attempts.taken(), 1)
    return Works("1 request")


def respond(stage, model="good", **options):
    return stage.client.responses.create(**{"model": model, "input": "Say something.", **options})


RESPONSE_TOOLS = [
    {"type": "function", "strict": False, **tool("read")["function"]},
    {"type": "function", "strict": False, **tool("list")["function"]},
]


def called(response):
    return [(item.name, item.arguments) for item in response.output if item.type == "function_call"]


@row("Responses: whole answer, usage")
def _(stage):
    response = respond(stage, instructions="Be brief.")
    expect((response.output_text, response.status), (HELLO, "completed"))
    expect(response.usage.input_tokens_details.cached_tokens, 3)
    expect(response.usage.total_tokens, response.usage.input_tokens + response.usage.output_tokens)


@row("Responses: stream of events")
def _(stage):
    text, events = "", []
    for event in respond(stage, stream=True):
        events.append(event)
        if event.type == "response.output_text.delta":
            text += event.delta
    expect((text, events[0].type, events[-1].type), (HELLO, "response.created", "response.completed"))
    expect([event.sequence_number for event in events], list(range(len(events))))
    expect(events[-1].response.usage.input_tokens_details.cached_tokens, 3)


@row("Responses: output cap, status `incomplete`")
def _(stage):
    response = respond(stage, max_output_tokens=1)
    expect((response.output_text, response.status), ("Hello ", "incomplete"))
    expect(response.incomplete_details.reason, "max_output_tokens")


@row("Responses: tools, a whole turn")
def _(stage):
    first = respond(stage, tools=RESPONSE_TOOLS, store=False)
    expect(called(first), CALLS)
    turn = [{"role": "user", "content": "Say something."}, *first.output]
    turn += [
        {"type": "function_call_output", "call_id": item.call_id, "output": item.name} for item in first.output
    ]
    expect(respond(stage, input=turn, tools=RESPONSE_TOOLS).output_text, "The tools say: read, list.")


@row("Responses: tools, streamed")
def _(stage):
    with stage.client.responses.stream(model="good", input="Look.", tools=RESPONSE_TOOLS) as stream:
        expect(called(stream.get_final_response()), CALLS)


@row("Responses: image within the request")
def _(stage):
    part = {"type": "input_image", "image_url": IMAGE, "detail": "low"}
    turn = [{"role": "user", "content": [{"type": "input_text", "text": "What is this?"}, part]}]
    expect(respond(stage, model="sees", input=turn).output_text, f"I see {IMAGE}.")


@row("Responses: structured output")
def _(stage):
    response = stage.client.responses.parse(model="good", input="Say something.", text_format=City)
    expect(response.output_parsed, City(city="Paris", people=2_100_000))


@row("Responses: reasoning, its summary")
def _(stage):
    response = respond(stage, reasoning={"effort": "low", "summary": "auto"}, max_output_tokens=4_000)
    expect(response.output_text, HELLO)
    expect(response.usage.output_tokens_details.reasoning_tokens, 2)
    thoughts = [part.text for item in response.output if item.type == "reasoning" for part in item.summary]
    expect(thoughts, ["Let me think."])


@row("Responses: a response that was kept")
def _(stage):
    return carried("`previous_response_id`", lambda: respond(stage, previous_response_id="resp_1"))


@row("Responses: in the background")
def _(stage):
    return carried("`background`", lambda: respond(stage, background=True))


@row("Responses: search by the provider")
def _(stage):
    return carried("`tools[0].type`", lambda: respond(stage, model="free", tools=[{"type": "web_search"}]))


@row("Responses: error: unknown model")
def _(stage):
    raised = refused(openai.NotFoundError, lambda: respond(stage, model="nobody"))
    expect((raised.status_code, raised.code), (404, "model_unknown"))


@row("Responses: error: stream that breaks off")
def _(stage):
    text, failure = "", None
    for event in respond(stage, model="breaks", stream=True):
        if event.type == "response.output_text.delta":
            text += event.delta
        if event.type == "response.failed":
            failure = event.response.error.message
    expect((text, bool(failure)), ("Hello wörld, ", True))


@row("Responses: cancel in mid-stream")
def _(stage):
    with respond(stage, model="hangs", stream=True) as stream:
        text = ""
        while text != "Hello wörld, ":
            event = next(stream)
            text += event.delta if event.type == "response.output_text.delta" else ""


@row("Responses: retries: balance exhausted")
def _(stage):
    stage.attempts.taken()
    ask = stage.poor.responses.create
    raised = refused(openai.APIStatusError, lambda: ask(model="good", input="Say something."))
    expect((raised.status_code, raised.code), (402, "insufficient_credit"))
    expect(stage.attempts.taken(), 1)
    return Works("1 request")


@row("Responses: retries: the owner's key is refused")
def _(stage):
    stage.attempts.taken()
    raised = refused(openai.InternalServerError, lambda: respond(stage, model="locked"))
    expect((raised.status_code, raised.code), (502, "upstream_unavailable"))
    expect(stage.attempts.taken(), 1)
    return Works("1 request")


if __name__ == "__main__":
    row.run("openai", openai.__version__, Stage())
