using Replication.Core.Positions;

namespace Replication.Core.Following;

/// <summary>
/// Decides how a replica goes on: pure, from what both sides have. docs/PROTOCOL.md, "Handshake", explains each rule by
/// the execution that it closes.
/// </summary>
public static class Handshake
{
    /// <summary>The answer.</summary>
    /// <param name="hello">How the replica introduced itself.</param>
    /// <param name="upstream">What the node has that is to be followed.</param>
    /// <param name="path">Of that node.</param>
    public static FollowAnswer Answer(Hello hello, in UpstreamView upstream, UpstreamPath path)
    {
        var theirs = new ProtocolVersions(hello.OldestProtocolVersion, hello.ProtocolVersion);
        if (ProtocolVersions.Own.AgreeWith(theirs) is not { } agreed || hello.LogFormatVersion < Hello.CurrentLogFormatVersion)
            return new FollowAnswer.Refused(
                RefusalReason.UnsupportedVersion,
                $"This node speaks protocol version {ProtocolVersions.Own} with log format {Hello.CurrentLogFormatVersion}; the replica speaks {theirs} with log format {hello.LogFormatVersion}. Upgrade the older of the two.");
        if (hello.NodeId == 0 || hello.NodeName.Length > 255 || hello.Epochs.EpochAt(hello.Durable.Index) != hello.Durable.Epoch || hello.Fetching?.Index > hello.Durable.Index)
            return new FollowAnswer.Refused(RefusalReason.Malformed, "The replica's Hello names no node, or a position outside its own reigns.");
        if (path.ObjectionTo(hello.NodeId) is { } objection) return new FollowAnswer.Refused(RefusalReason.Loop, objection);
        if (upstream.History == HistoryId.None)
            return new FollowAnswer.Refused(RefusalReason.NotReady, "This node has no data yet. Try again later, or follow another node.");
        if (hello.History == HistoryId.None) return new FollowAnswer.NeedSnapshot();
        if (hello.History != upstream.History)
            return new FollowAnswer.Refused(
                RefusalReason.OtherHistory,
                $"The replica's data belongs to history {hello.History}, this node's to {upstream.History}. Follow the right primary, or start the replica from an empty directory.");
        return AnswerWithData(hello, upstream, agreed);
    }

    // Equal length is not equal history: the epoch tables say where two histories part, the crc at the replica's end
    // says whether the bytes agree.
    private static FollowAnswer AnswerWithData(Hello hello, in UpstreamView upstream, int protocolVersion)
    {
        // Cutting back to a shorter log would throw away what may be nowhere else.
        if (upstream.DurableIndex < hello.Durable.Index && upstream.Epochs.IsPrefixOf(hello.Epochs))
            return new FollowAnswer.Refused(
                RefusalReason.Behind,
                $"This node's log ends at {upstream.DurableIndex}, before the replica's end {hello.Durable}, and parts nowhere from it. Wait until this node has caught up, or follow another one.");
        var fork = upstream.Epochs.ForkFrom(hello.Epochs, upstream.DurableIndex, hello.Durable.Index);
        if (fork.Index < hello.Durable.Index) return new FollowAnswer.Diverged(fork);
        if (hello.Durable.Index + 1 < upstream.FirstIndex) return new FollowAnswer.NeedSnapshot();
        if (upstream.CrcAtReplicaEnd != hello.DurableCrc)
            return new FollowAnswer.Refused(
                RefusalReason.Damaged,
                $"Both sides have entry {hello.Durable} of the same reign with different bytes, so one of them is damaged. Verify both logs with 'replctl log verify'.");
        return new FollowAnswer.Resume(hello.Durable.Index + 1) { ProtocolVersion = protocolVersion };
    }
}
