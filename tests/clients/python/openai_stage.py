"""What the rows of the `openai` client share."""

import os

import openai
import pydantic
from rows import PICTURE, Attempts, Refused, Rows, expect, refused, upstream_of_arguments

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


# What is refused, with the status and code that it has.
EXHAUSTED = (openai.APIStatusError, 402, "insufficient_credit")
LIMITED = (openai.RateLimitError, 429, "rate_limited")
UNAVAILABLE = (openai.InternalServerError, 502, "upstream_unavailable")


def fails(refusal, attempt):
    error, status, code = refusal
    raised = refused(error, attempt)
    expect((raised.status_code, raised.code), (status, code))
    return raised
