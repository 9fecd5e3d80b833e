using Replication.Core.Positions;

namespace Replication.Core.Log;

/// <summary>The end of a log: what the next frame has to link to.</summary>
/// <param name="Position">Of the last entry; <see cref="LogPosition.Start"/> before the first.</param>
/// <param name="Crc">Of the last frame; 0 before the first.</param>
/// <param name="TimestampMicros">Of the last entry; 0 before the first.</param>
public readonly record struct LogTail(LogPosition Position, uint Crc, long TimestampMicros)
{
    /// <summary>Before the first entry of a history.</summary>
    public static LogTail Start => default;

    /// <summary>Index of the last entry.</summary>
    public long Index => Position.Index;

    /// <summary>The end of the log when this frame is its last one.</summary>
    public static LogTail Behind(in FrameHeader frame) => new(frame.Position, frame.Crc, frame.TimestampMicros);
}
