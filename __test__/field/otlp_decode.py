"""Decodes OTLP requests with the OpenTelemetry project's own Python messages.

python3 otlp_decode.py metrics|logs < BODY prints them as JSON (protobuf's own mapping)."""
import sys

from google.protobuf.json_format import MessageToJson
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

message = {"metrics": ExportMetricsServiceRequest, "logs": ExportLogsServiceRequest}[sys.argv[1]]()
message.ParseFromString(sys.stdin.buffer.read())
sys.stdout.write(MessageToJson(message))
