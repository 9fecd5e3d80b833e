namespace Replication.Core.Following;

/// <summary>One message of frames on a follow stream.</summary>
/// <param name="FirstIndex">Of the first frame.</param>
/// <param name="LastIndex">Of the last frame.</param>
/// <param name="CommitIndex">Known to the sender; never beyond <paramref name="LastIndex"/>.</param>
/// <param name="Continued">Whether the last frame goes on in the next message.</param>
/// <param name="Data">Whole frames, or a piece of a large one; at most <see cref="MaxBytes"/>.</param>
public readonly record struct StreamFrames(long FirstIndex, long LastIndex, long CommitIndex, bool Continued, ReadOnlyMemory<byte> Data)
{
    /// <summary>Bytes of frames in one message.</summary>
    public const int MaxBytes = 1024 * 1024;
}
