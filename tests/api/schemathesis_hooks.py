"""What schemathesis is told besides: files of rows are sent as the text that they are."""

import schemathesis

schemathesis.serializer.alias(["text/csv", "application/x-ndjson"], "text/plain")
