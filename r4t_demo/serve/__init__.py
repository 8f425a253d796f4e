"""What stands between visitors and the engine: lines to wait in, a log, a health report, an orderly end. It knows no Gradio."""
