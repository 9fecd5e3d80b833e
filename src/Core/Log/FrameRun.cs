namespace Replication.Core.Log;

/// <summary>Whole frames, one behind the other.</summary>
/// <param name="FirstIndex">Of the first frame; 0 when empty.</param>
/// <param name="LastIndex">Of the last frame; 0 when empty.</param>
/// <param name="Frames">The bytes.</param>
public readonly record struct FrameRun(long FirstIndex, long LastIndex, ReadOnlyMemory<byte> Frames)
{
    /// <summary>No frames.</summary>
    public static FrameRun Empty => default;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Frames.IsEmpty;

    internal FrameRun OrEmpty() => Frames.IsEmpty ? Empty : this;
}
