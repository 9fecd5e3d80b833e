namespace Replication.Core.Log;

/// <summary>Is given one checked frame.</summary>
public delegate void FrameTaker(ReadOnlySpan<byte> frame, in FrameHeader header);
