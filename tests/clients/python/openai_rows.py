"""The official `openai` client through a gateway, row by row.

    OPENAI_BASE_URL=… OPENAI_API_KEY=… POOR_KEY=… python openai_rows.py own|chat|other

Nothing in here knows Token Tracker.
"""

import openai

# Each adds its rows, in this order.
import openai_chat_rows  # noqa: F401
import openai_responses_rows  # noqa: F401
from openai_stage import Stage, row

if __name__ == "__main__":
    row.run("openai", openai.__version__, Stage())
