namespace Replication.Hostile.Tests.Wire;

/// <summary>A frame that came.</summary>
internal sealed record Frame(FrameKind Kind, byte Flags, int Stream, byte[] Payload);
