using Replication.Core.Database;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>
/// What every replica does with a stream, whether it applies the entries at once or only keeps them behind a snapshot that
/// is still coming: checks each message, hands each frame on, and knows what may be shown. For one thread.
/// </summary>
/// <remarks>Invariant: the commit index never falls and never exceeds what was taken in.</remarks>
public sealed class StreamIntake
{
    private readonly FrameIntake _intake;
    private long _commitIndex;

    /// <summary>Begins behind the end of a synced log.</summary>
    /// <param name="tail">That end.</param>
    /// <param name="epochs">Every reign up to there.</param>
    public StreamIntake(in LogTail tail, EpochTable epochs) => _intake = new FrameIntake(tail, epochs);

    /// <summary>Begins behind the end of a log that is lent.</summary>
    public static StreamIntake Behind(LogLease lease)
    {
        var tail = lease.Log.Durable;
        return new StreamIntake(tail, lease.Epochs.UpTo(tail.Index));
    }

    /// <summary>The end of what has been taken in.</summary>
    public LogTail Tail => _intake.Tail;

    /// <summary>Every reign up to there.</summary>
    public EpochTable Epochs => _intake.Epochs;

    /// <summary>The highest index that may be shown, as far as the upstream has said. May be read by another thread.</summary>
    public long CommitIndex => Interlocked.Read(ref _commitIndex);

    /// <summary>Frames came.</summary>
    /// <param name="frames">The message.</param>
    /// <param name="take">Is handed each whole frame, in order.</param>
    /// <exception cref="StreamDamagedException">They are not the next ones; nothing of the bad one was handed on.</exception>
    /// <exception cref="UnsupportedFormatException">An entry of a kind that this version does not know.</exception>
    public void Take(in StreamFrames frames, FrameTaker take)
    {
        if (frames.CommitIndex > frames.LastIndex) throw new StreamDamagedException(Tail.Index + 1, "the commit index is beyond the frames");
        _intake.Take(frames.Data.Span, frames.Continued, take);
        if (!frames.Continued) MoveCommitIndex(frames.CommitIndex);
    }

    /// <summary>A heartbeat came.</summary>
    /// <exception cref="StreamDamagedException">It names what was never sent.</exception>
    public void Take(in StreamHeartbeat heartbeat)
    {
        if (heartbeat.CommitIndex > Tail.Index) throw new StreamDamagedException(Tail.Index + 1, "the commit index is beyond what was sent");
        MoveCommitIndex(heartbeat.CommitIndex);
    }

    private void MoveCommitIndex(long index) => Interlocked.Exchange(ref _commitIndex, Math.Max(_commitIndex, Math.Min(index, Tail.Index)));
}
