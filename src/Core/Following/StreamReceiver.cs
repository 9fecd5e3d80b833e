using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;

namespace Replication.Core.Following;

/// <summary>
/// The replica's end of one stream, from Resume on, without network, clock or disk: checks what comes, applies what is
/// committed, and says what may be shown. Applying does not wait for this node's disk, because what is committed is
/// durable elsewhere; acknowledging does. For one thread.
/// </summary>
public sealed class StreamReceiver
{
    private readonly StreamIntake _intake;
    private readonly CommittedApplier _applier;
    private readonly FrameTaker _append;

    /// <summary>Begins behind the end of this node's synced log.</summary>
    /// <param name="intake">Stands at that end; may hold the beginning of an entry that goes on in the next message.</param>
    /// <param name="shown">What readers see; may end before or behind that end.</param>
    /// <param name="digests">Is told the digest behind each entry.</param>
    /// <param name="append">Takes each checked frame to this node's log.</param>
    public StreamReceiver(StreamIntake intake, DatabaseState shown, DigestHistory digests, FrameTaker append)
    {
        _intake = intake;
        _applier = new CommittedApplier(new StateBuilder(shown, digests));
        _applier.MoveCommitIndex(intake.CommitIndex);
        _append = append;
    }

    /// <summary>The end of what has been taken in.</summary>
    public LogTail Tail => _intake.Tail;

    /// <summary>Every reign up to there.</summary>
    public EpochTable Epochs => _intake.Epochs;

    /// <summary>The highest index that may be shown, as far as the upstream has said.</summary>
    public long CommitIndex => _intake.CommitIndex;

    /// <summary>Bytes of the entries that were taken in and are not applied, because nobody said yet that they are committed.</summary>
    public long WaitingBytes => _applier.WaitingBytes;

    /// <summary>Index of the last entry applied.</summary>
    public long Applied => _applier.Applied;

    /// <summary>An entry of this node's own log that was not known to be committed when it was opened.</summary>
    /// <exception cref="ApplyException">It cannot be applied; nothing more may be applied.</exception>
    public void TakeLogged(ReadOnlySpan<byte> frame, in FrameHeader header) => _applier.Take(frame, header);

    /// <summary>Frames came.</summary>
    /// <exception cref="StreamDamagedException">They are not the next ones; nothing of the bad one was kept.</exception>
    /// <exception cref="UnsupportedFormatException">An entry of a kind that this version does not know.</exception>
    /// <exception cref="ApplyException">An entry cannot be applied; nothing more may be applied.</exception>
    public void Take(in StreamFrames frames)
    {
        // Known first, so that what is committed is applied straight from the message.
        if (!frames.Continued) _applier.MoveCommitIndex(Math.Min(frames.CommitIndex, frames.LastIndex));
        _intake.Take(frames, Take);
    }

    /// <summary>A heartbeat came.</summary>
    /// <exception cref="StreamDamagedException">It names what was never sent.</exception>
    /// <exception cref="ApplyException">An entry cannot be applied; nothing more may be applied.</exception>
    public void Take(in StreamHeartbeat heartbeat)
    {
        _intake.Take(heartbeat);
        _applier.MoveCommitIndex(heartbeat.CommitIndex);
    }

    /// <summary>The state to show instead of the one that is shown; null when there is nothing newer.</summary>
    public DatabaseState? Newer(DatabaseState shown) => _applier.Applied > shown.Index ? _applier.Freeze() : null;

    private void Take(ReadOnlySpan<byte> frame, in FrameHeader header)
    {
        _append(frame, header);
        _applier.Take(frame, header);
    }
}
