"""The language model: installing it, running it, and its worker. No Qt, no drafts, no X."""

import os

# From 1.29 on onnxruntime reports its use to its maker, and keeps an id of this computer in a file,
# unless this is set before it is loaded (https://github.com/microsoft/onnxruntime/pull/27379).
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
