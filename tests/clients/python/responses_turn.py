"""Uses the official client's Responses API the way its documentation shows, and tells as JSON what
it saw.

    OPENAI_BASE_URL=… OPENAI_API_KEY=… python responses_turn.py MODEL

Nothing in here knows Token Tracker.
"""

import json
import sys

import openai

TOOLS = [
    {
        "type": "function",
        "name": name,
        "description": "Looks at files.",
        "parameters": {
            "type": "object",
            "properties": {"path": {"type": "string"}},
            "required": ["path"],
            "additionalProperties": False,
        },
        "strict": False,
    }
    for name in ("read", "list")
]


def whole(client, model):
    response = client.responses.create(model=model, input="Say something.", instructions="Be brief.")
    return {
        "text": response.output_text,
        "status": response.status,
        "usage": counts(response.usage),
        "object": response.object,
    }


def turn(client, model, conversation):
    """One streamed answer; what it calls is answered as a program would."""
    kinds, text = [], ""
    with client.responses.stream(model=model, input=conversation, tools=TOOLS, store=False) as stream:
        for event in stream:
            kinds.append(event.type)
            if event.type == "response.output_text.delta":
                text += event.delta
        response = stream.get_final_response()
    calls = [item for item in response.output if item.type == "function_call"]
    conversation += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in calls]
    conversation += [
        {"type": "function_call_output", "call_id": call.call_id, "output": "fn main() {}"} for call in calls
    ]
    return {
        "text": text,
        "output text": response.output_text,
        "status": response.status,
        "calls": [[call.name, json.loads(call.arguments)] for call in calls],
        "usage": counts(response.usage),
        "first": kinds[:2],
        "last": kinds[-1],
    }


def created(client, model):
    """The other way to stream."""
    numbers = []
    for event in client.responses.create(model=model, input="Say something.", stream=True):
        numbers.append(event.sequence_number)
    return numbers == list(range(len(numbers)))


def counts(usage):
    return [usage.input_tokens, usage.output_tokens]


def refused(client, model):
    seen = []
    for attempt in (
        lambda: client.responses.create(model="no-such-model", input="Hello."),
        lambda: client.responses.create(model=model, input="Hello.", background=True),
        lambda: client.responses.retrieve("resp_1"),
        lambda: client.responses.cancel("resp_1"),
        lambda: client.responses.delete("resp_1"),
    ):
        try:
            attempt()
            seen.append("answered")
        except openai.APIStatusError as error:
            seen.append([error.status_code, error.code])
    return seen


def main():
    model = sys.argv[1]
    client = openai.OpenAI(max_retries=2)
    conversation = [{"role": "user", "content": "Look at a.rs."}]
    seen = {
        "whole": whole(client, model),
        "first": turn(client, model, conversation),
        "second": turn(client, model, conversation),
        "is numbered": created(client, model),
        "refused": refused(client, model),
    }
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
