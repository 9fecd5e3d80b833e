namespace Replication.Core.Payloads;

/// <summary>Bytes that should be a protobuf message of this system are none.</summary>
public sealed class MalformedPayloadException(string what) : FormatException($"Malformed payload: {what}.");
