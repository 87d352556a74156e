"""Uses the official client the way its documentation shows, and tells as JSON what it saw.

    ANTHROPIC_BASE_URL=… ANTHROPIC_API_KEY=… python anthropic_client.py MODEL

Nothing in here knows Token Tracker.
"""

import json
import sys

import anthropic

TOOLS = [
    {
        "name": name,
        "description": "Looks at files.",
        "input_schema": {"type": "object", "properties": {"path": {"type": "string"}}},
    }
    for name in ("read", "list")
]


def whole(client, model, messages):
    message = client.messages.create(model=model, max_tokens=500, messages=messages, tools=TOOLS)
    return {"stop": message.stop_reason, "text": text_of(message), "usage": counts(message.usage)}


def turn(client, model, messages):
    """One streamed answer; what it calls is answered as a program would."""
    with client.messages.stream(model=model, max_tokens=500, messages=messages, tools=TOOLS) as stream:
        streamed = "".join(stream.text_stream)
        message = stream.get_final_message()
    calls = [block for block in message.content if block.type == "tool_use"]
    messages.append({"role": "assistant", "content": [block.model_dump() for block in message.content]})
    messages.append(
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": call.id, "content": "fn main() {}"} for call in calls
            ],
        }
    )
    return {
        "text": streamed,
        "stop": message.stop_reason,
        "calls": [[call.name, call.input] for call in calls],
        "usage": counts(message.usage),
    }


def text_of(message):
    return "".join(block.text for block in message.content if block.type == "text")


def counts(usage):
    return [usage.input_tokens, usage.output_tokens]


def refused(client):
    try:
        client.messages.create(
            model="no-such-model", max_tokens=5, messages=[{"role": "user", "content": "Hello."}]
        )
    except anthropic.NotFoundError as error:
        return {"status": error.status_code, "type": error.body["error"]["type"]}
    return {"status": 200}


def main():
    model = sys.argv[1]
    client = anthropic.Anthropic(max_retries=2)
    messages = [{"role": "user", "content": "Look at a.rs."}]
    seen = {
        "models": [entry.id for entry in client.models.list()],
        "count": client.messages.count_tokens(model=model, messages=messages).input_tokens,
        "whole": whole(client, model, list(messages)),
        "first": turn(client, model, messages),
        "second": turn(client, model, messages),
        "refused": refused(client),
    }
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
