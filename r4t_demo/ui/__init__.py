"""The page. It calls the engine and draws what comes back; no model code lives here."""

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # Gradio reads it on import, and the page stays offline
