using Grpc.Core;

namespace Replication.Hostile.Tests.Wire;

/// <summary>How a call ended.</summary>
/// <param name="Status">gRPC status; null when the connection or the stream was ended instead.</param>
/// <param name="Says">The status's text, or how it ended.</param>
internal sealed record Answer(StatusCode? Status, string Says);
