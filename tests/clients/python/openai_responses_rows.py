"""The Responses API."""

import openai
from openai_stage import CALLS, EXHAUSTED, HELLO, IMAGE, UNAVAILABLE, City, carried, fails, row, tool
from rows import expect, in_requests, refused


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
    ask = stage.poor.responses.create
    return in_requests(1, stage, lambda: fails(EXHAUSTED, lambda: ask(model="good", input="Say something.")))


@row("Responses: retries: the owner's key is refused")
def _(stage):
    return in_requests(1, stage, lambda: fails(UNAVAILABLE, lambda: respond(stage, model="locked")))
