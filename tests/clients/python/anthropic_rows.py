"""The official `anthropic` client through a gateway, row by row.

    ANTHROPIC_BASE_URL=… ANTHROPIC_API_KEY=… POOR_KEY=… python anthropic_rows.py own|other

Nothing in here knows Token Tracker.
"""

import asyncio
import os

import anthropic
import pydantic
from rows import PICTURE, Attempts, Refused, Rows, expect, in_requests, refused, upstream_of_arguments

row = Rows()
HELLO = "Hello wörld, how are you?"
ASK = [{"role": "user", "content": "Say something."}]
OPTIONS = {"max_tokens": 500, "system": "Be brief."}


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
        # What the documentation of gateways calls a token goes out as a Bearer.
        self.bearer = anthropic.Anthropic(api_key=None, auth_token=os.environ["ANTHROPIC_API_KEY"])

    def new_client(self, **options):
        http = anthropic.DefaultHttpxClient(event_hooks={"request": [self.attempts]})
        return anthropic.Anthropic(http_client=http, **options)

    def ask(self, model="good", messages=ASK, **options):
        return self.client.messages.create(model=model, messages=messages, **{**OPTIONS, **options})


def carried(field, attempt):
    """The row of something that perhaps cannot be carried over, and what a refusal must name."""
    try:
        attempt()
    except anthropic.BadRequestError as error:
        expect(error.body["error"]["type"], "invalid_request_error")
        if field not in str(error):
            raise
        return Refused(field)


def tool(name):
    schema = {"type": "object", "properties": {"path": {"type": "string"}}}
    return {"name": name, "description": "Looks.", "input_schema": schema}


TOOLS = [tool("read"), tool("list")]
CALLS = [("read", {"path": "a.rs"}), ("list", {})]


def calls_of(message):
    return [(block.name, block.input) for block in message.content if block.type == "tool_use"]


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


@row("list of models")
def _(stage):
    expect("good" in [model.id for model in stage.client.models.list()], True)
    expect(stage.client.models.retrieve("good").id, "good")


@row("count of tokens")
def _(stage):
    counted = stage.client.messages.count_tokens(model="good", messages=ASK, system="Be brief.")
    expect(counted.input_tokens > 0, True)


@row("whole answer, usage, request id")
def _(stage):
    message = stage.ask()
    expect((text_of(message), message.stop_reason), (HELLO, "end_turn"))
    expect(message.usage.cache_read_input_tokens, 3)
    expect(message.usage.output_tokens > 0, True)
    expect(len(message._request_id), 36)


@row("stream of events")
def _(stage):
    text, kinds = "", []
    for event in stage.ask(stream=True):
        kinds.append(event.type)
        if event.type == "content_block_delta":
            text += event.delta.text
    expect((text, kinds[0], kinds[-2:]), (HELLO, "message_start", ["message_delta", "message_stop"]))


@row("stream helper, usage")
def _(stage):
    with stage.client.messages.stream(model="good", messages=ASK, **OPTIONS) as stream:
        expect("".join(stream.text_stream), HELLO)
        message = stream.get_final_message()
    expect(message.usage.cache_read_input_tokens, 3)
    expect(message.usage.output_tokens > 1, True)


@row("asynchronous client")
def _(stage):
    async def read():
        async with anthropic.AsyncAnthropic() as client:
            async with client.messages.stream(model="good", messages=ASK, **OPTIONS) as stream:
                return await stream.get_final_message()

    expect(text_of(asyncio.run(read())), HELLO)


@row("credential as a Bearer token")
def _(stage):
    expect(text_of(stage.bearer.messages.create(model="good", messages=ASK, **OPTIONS)), HELLO)


@row("output cap, stop reason `max_tokens`")
def _(stage):
    message = stage.ask(max_tokens=1)
    expect((text_of(message), message.stop_reason), ("Hello ", "max_tokens"))


@row("tools, a whole turn")
def _(stage):
    first = stage.ask(tools=TOOLS)
    expect((calls_of(first), first.stop_reason), (CALLS, "tool_use"))
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": block.name}
        for block in first.content
        if block.type == "tool_use"
    ]
    turn = [*ASK, {"role": "assistant", "content": first.content}, {"role": "user", "content": results}]
    expect(text_of(stage.ask(messages=turn, tools=TOOLS)), "The tools say: read, list.")


@row("tools, streamed")
def _(stage):
    with stage.client.messages.stream(model="good", messages=ASK, tools=TOOLS, **OPTIONS) as stream:
        expect(calls_of(stream.get_final_message()), CALLS)


@row("tools, one of them demanded")
def _(stage):
    message = stage.ask(tools=TOOLS, tool_choice={"type": "tool", "name": "list"})
    expect(calls_of(message), [("list", {})])


def see(stage, source, seen):
    content = [{"type": "image", "source": source}, {"type": "text", "text": "What is this?"}]
    message = stage.ask(model="sees", messages=[{"role": "user", "content": content}])
    expect(text_of(message), f"I see {seen}.")


@row("image within the request")
def _(stage):
    source = {"type": "base64", "media_type": "image/png", "data": PICTURE}
    see(stage, source, f"data:image/png;base64,{PICTURE}")


@row("image by its address")
def _(stage):
    url = "https://example.com/cat.png"
    see(stage, {"type": "url", "url": url}, url)


@row("structured output")
def _(stage):
    message = stage.client.messages.parse(model="good", messages=ASK, output_format=City, **OPTIONS)
    expect(message.parsed_output, City(city="Paris", people=2_100_000))


@row("structured output, streamed")
def _(stage):
    with stage.client.messages.stream(model="good", messages=ASK, output_format=City, **OPTIONS) as stream:
        message = stream.get_final_message()
    expect(message.parsed_output, City(city="Paris", people=2_100_000))


@row("thinking with a budget")
def _(stage):
    thinking = {"type": "enabled", "budget_tokens": 1_024}
    message = stage.ask(max_tokens=4_000, thinking=thinking)
    expect(text_of(message), HELLO)
    expect(message.usage.output_tokens_details.thinking_tokens, 2)
    thoughts = [block.thinking for block in message.content if block.type == "thinking"]
    # Only the model that signed its thoughts can be given them back.
    expect(thoughts, ["Let me think."] if stage.upstream == "own" else [])
    turn = [*ASK, {"role": "assistant", "content": message.content}, *ASK]
    expect(text_of(stage.ask(messages=turn, max_tokens=4_000, thinking=thinking)), HELLO)


@row("thinking as the model likes, effort")
def _(stage):
    message = stage.ask(thinking={"type": "adaptive"}, output_config={"effort": "high"})
    expect(text_of(message), HELLO)


@row("cache marks, temperature, stop, metadata")
def _(stage):
    system = [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}]
    options = {"metadata": {"user_id": "someone"}, "stop_sequences": ["how"]}
    expect(text_of(stage.ask(system=system, extra_body={"temperature": 0.5}, **options)), "Hello wörld, ")


@row("top_k")
def _(stage):
    return carried("`top_k`", lambda: stage.ask(extra_body={"top_k": 5}))


@row("search by the provider")
def _(stage):
    tools = [{"type": "web_search_20250305", "name": "web_search", "max_uses": 1}]
    return carried("`tools[0].type`", lambda: stage.ask(model="free", tools=tools))


@row("file kept at the provider")
def _(stage):
    content = [{"type": "image", "source": {"type": "file", "file_id": "file_1"}}]
    messages = [{"role": "user", "content": content}]
    return carried("`messages[0].content[0].source`", lambda: stage.ask(model="free", messages=messages))


def kind_of(raised):
    return raised.body["error"]["type"]


@row("error: unknown model")
def _(stage):
    raised = refused(anthropic.NotFoundError, lambda: stage.ask(model="nobody"))
    expect(kind_of(raised), "not_found_error")


@row("error: wrong credential")
def _(stage):
    ask = stage.stranger.messages.create
    raised = refused(anthropic.AuthenticationError, lambda: ask(model="good", messages=ASK, **OPTIONS))
    expect(kind_of(raised), "authentication_error")


@row("error: wrong request")
def _(stage):
    raised = refused(anthropic.BadRequestError, lambda: stage.ask(messages=[]))
    expect((kind_of(raised), "`messages`" in str(raised)), ("invalid_request_error", True))


@row("error: stream that breaks off")
def _(stage):
    text = ""

    def read():
        nonlocal text
        for event in stage.ask(model="breaks", stream=True):
            if event.type == "content_block_delta":
                text += event.delta.text

    raised = refused(anthropic.APIStatusError, read)
    expect((text, kind_of(raised)), ("Hello wörld, ", "api_error"))


@row("cancel in mid-stream")
def _(stage):
    with stage.client.messages.stream(model="hangs", messages=ASK, **OPTIONS) as stream:
        text, pieces = "", iter(stream.text_stream)
        while text != "Hello wörld, ":
            text += next(pieces)


# What is refused, with the status and kind that it has.
EXHAUSTED = (anthropic.APIStatusError, 402, "billing_error")
LIMITED = (anthropic.RateLimitError, 429, "rate_limit_error")
UNAVAILABLE = (anthropic.InternalServerError, 502, "api_error")


def fails(refusal, attempt):
    error, status, kind = refusal
    raised = refused(error, attempt)
    expect((raised.status_code, kind_of(raised)), (status, kind))
    return raised


def answers(stage, model):
    expect(text_of(stage.ask(model=model)), HELLO)


@row("retries: balance exhausted")
def _(stage):
    ask = stage.poor.messages.create
    return in_requests(1, stage, lambda: fails(EXHAUSTED, lambda: ask(model="good", messages=ASK, **OPTIONS)))


@row("retries: rate limit that passes")
def _(stage):
    return in_requests(2, stage, lambda: answers(stage, "limited"))


@row("retries: rate limit that stays")
def _(stage):
    def attempt():
        raised = fails(LIMITED, lambda: stage.ask(model="busy"))
        expect(raised.response.headers["retry-after"], "1")

    return in_requests(3, stage, attempt)


@row("retries: failure that passes")
def _(stage):
    return in_requests(2, stage, lambda: answers(stage, "stumbles"))


@row("retries: failure that stays")
def _(stage):
    return in_requests(3, stage, lambda: fails(UNAVAILABLE, lambda: stage.ask(model="broken")))


@row("retries: the owner's key is refused")
def _(stage):
    def attempt():
        raised = fails(UNAVAILABLE, lambda: stage.ask(model="locked"))
        expect((len(raised.request_id), raised.body["request_id"]), (36, raised.request_id))

    return in_requests(1, stage, attempt)


if __name__ == "__main__":
    row.run("anthropic", anthropic.__version__, Stage())
