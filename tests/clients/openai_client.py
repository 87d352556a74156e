"""Uses the official client the way its documentation shows, and tells as JSON what it saw.

    OPENAI_BASE_URL=… OPENAI_API_KEY=… python openai_client.py MODEL

Nothing in here knows Token Tracker.
"""

import json
import sys

import openai


def whole(client, model, question):
    answer = client.chat.completions.create(model=model, messages=question)
    return {"text": answer.choices[0].message.content, "usage": counts(answer.usage)}


def streamed(client, model, question, include_usage):
    options = {"stream_options": {"include_usage": True}} if include_usage else {}
    text, usage, finish = "", None, None
    for chunk in client.chat.completions.create(model=model, messages=question, stream=True, **options):
        if chunk.usage:
            usage = counts(chunk.usage)
        for choice in chunk.choices:
            text += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return {"text": text, "usage": usage, "finish": finish}


def counts(usage):
    return {"prompt_tokens": usage.prompt_tokens, "completion_tokens": usage.completion_tokens}


def refused(client, question):
    try:
        client.chat.completions.create(model="no-such-model", messages=question)
    except openai.NotFoundError as error:
        return {"status": error.status_code, "code": error.code}
    return {"status": 200}


def main():
    model = sys.argv[1]
    client = openai.OpenAI(max_retries=0)
    question = [{"role": "user", "content": "Say something."}]
    completion = client.completions.create(model=model, prompt="fn main() {", max_tokens=64)
    seen = {
        "models": [entry.id for entry in client.models.list()],
        "whole": whole(client, model, question),
        "streamed": streamed(client, model, question, include_usage=False),
        "streamed with usage": streamed(client, model, question, include_usage=True),
        "completion": {"text": completion.choices[0].text, "usage": counts(completion.usage)},
        "refused": refused(client, question),
    }
    json.dump(seen, sys.stdout)


if __name__ == "__main__":
    main()
