using Google.Protobuf;
using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Payloads;
using Replication.Core.Positions;
using Replication.Core.Snapshots;
using Replication.Protos.V1;
using CoreHello = Replication.Core.Following.Hello;
using CoreManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Wire;

/// <summary>The follow stream in messages.</summary>
public static class FollowMap
{
    private const int MaxReigns = 1_000_000;

    /// <summary>A Hello as a message.</summary>
    public static FollowRequest ToMessage(this CoreHello hello)
    {
        var message = new Protos.V1.Hello
        {
            ProtocolVersion = (uint)hello.ProtocolVersion,
            LogFormatVersion = hello.LogFormatVersion,
            HistoryId = hello.History.ToBytes(),
            NodeId = hello.NodeId,
            NodeName = hello.NodeName,
            Address = hello.Address,
            StartCounter = hello.StartCounter,
            RunId = hello.RunId,
            Kind = (Protos.V1.Hello.Types.Kind)hello.Kind,
            Durable = hello.Durable.ToMessage(),
            DurableCrc = hello.DurableCrc,
            Fetching = hello.Fetching?.ToMessage(),
            FetchesElsewhere = hello.FetchesElsewhere,
            OldestProtocolVersion = (uint)hello.OldestProtocolVersion,
            NewestEntryKind = (uint)hello.NewestEntryKind,
        };
        message.Epochs.AddRange(hello.Epochs.ToMessages());
        return new FollowRequest { Hello = message }.Sealed();
    }

    /// <summary>Where a follower may begin, for its Hello.</summary>
    /// <param name="history">Of the log.</param>
    /// <param name="position">The entry before the first frame.</param>
    /// <param name="crc">Of that entry's frame.</param>
    /// <param name="epochs">Every reign up to there.</param>
    public static LocateResponse ToLocation(HistoryId history, LogPosition position, uint crc, EpochTable epochs)
    {
        var message = new LocateResponse { HistoryId = history.ToBytes(), Position = position.ToMessage(), Crc = crc };
        message.Epochs.AddRange(epochs.ToMessages());
        return message;
    }

    /// <summary>A Hello from the network, checked for form.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it makes no sense.</exception>
    public static CoreHello ToHello(this FollowRequest request)
    {
        if (!request.IsWhole()) throw Malformed("its check does not agree");
        var message = request.Hello;
        if (Math.Max(message.NodeName.Length, message.Address.Length) > Core.Following.DownstreamNode.MaxTextLength) throw Malformed($"its name or address has more than {Core.Following.DownstreamNode.MaxTextLength} characters");
        if (message.Epochs.Count > MaxReigns) throw Malformed("it names too many reigns");
        EpochTable epochs;
        try
        {
            epochs = EpochTable.FromRows(message.Epochs.Select(row =>
                new EpochRow(new Epoch(row.Epoch), row.ReignId, PositionMap.ToIndex(row.FirstIndex), row.PreviousCrc)));
        }
        catch (ArgumentException invalid)
        {
            throw Malformed(invalid.Message);
        }
        return new CoreHello(
            (int)Math.Min(message.ProtocolVersion, int.MaxValue),
            message.LogFormatVersion,
            PositionMap.ToHistory(message.HistoryId),
            message.NodeId,
            message.NodeName,
            message.Address,
            message.StartCounter,
            message.RunId,
            Enum.IsDefined((FollowerKind)message.Kind) ? (FollowerKind)message.Kind : FollowerKind.Reader,
            epochs,
            message.Durable.ToPosition(),
            message.DurableCrc)
        {
            Fetching = message.Fetching?.ToPosition(),
            FetchesElsewhere = message.FetchesElsewhere,
            OldestProtocolVersion = (int)Math.Min(message.OldestProtocolVersion == 0 ? message.ProtocolVersion : message.OldestProtocolVersion, int.MaxValue),
            NewestEntryKind = (int)Math.Min(message.NewestEntryKind, ushort.MaxValue),
        };
    }

    /// <summary>An acknowledgement as a message.</summary>
    public static FollowRequest ToMessage(this in Acknowledgement acknowledgement) => new FollowRequest
    {
        Ack = new Ack
        {
            Received = (ulong)acknowledgement.Received,
            Durable = (ulong)acknowledgement.Durable,
            Applied = (ulong)acknowledgement.Applied,
            Stamp = acknowledgement.Stamp,
            BootstrapBytes = (ulong)acknowledgement.Transfer.Bytes,
            BootstrapTotalBytes = (ulong)acknowledgement.Transfer.TotalBytes,
            Below = acknowledgement.Below?.ToReport(),
        },
    }.Sealed();

    /// <summary>An acknowledgement from the network.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: its check does not agree, it names no index, or what it reports makes no sense.</exception>
    public static Acknowledgement ToAcknowledgement(this FollowRequest request)
    {
        if (!request.IsWhole()) throw Errors.Failure(Error.Types.Code.InvalidArgument, "An acknowledgement came with changed bytes.");
        var ack = request.Ack;
        var transfer = new TransferProgress(PositionMap.ToIndex(ack.BootstrapBytes), PositionMap.ToIndex(ack.BootstrapTotalBytes));
        return new Acknowledgement(PositionMap.ToIndex(ack.Received), PositionMap.ToIndex(ack.Durable), PositionMap.ToIndex(ack.Applied), ack.Stamp, transfer)
        {
            Below = ack.Below.ToNodes(),
        };
    }

    /// <summary>The answer of an upstream that goes on behind the replica's end.</summary>
    /// <param name="answer">What was decided.</param>
    /// <param name="history">Of its data.</param>
    /// <param name="reign">Its own.</param>
    /// <param name="commitIndex">Not beyond the replica's end.</param>
    /// <param name="primary">gRPC address of the primary; may be empty.</param>
    /// <param name="path">Its own.</param>
    public static FollowResponse Resume(FollowAnswer.Resume answer, HistoryId history, EpochRow reign, long commitIndex, string primary, UpstreamPath path) => new FollowResponse
    {
        Resume = new Resume
        {
            HistoryId = history.ToBytes(),
            Epoch = reign.Epoch.Number,
            ReignId = reign.ReignId,
            CommitIndex = (ulong)commitIndex,
            Primary = primary,
            ProtocolVersion = (uint)answer.ProtocolVersion,
            NewestEntryKind = (uint)EntryKinds.Newest,
            Path = path.ToMessage(),
        },
    }.Sealed();

    /// <summary>The answer of an upstream whose log does not reach back to the replica's end.</summary>
    /// <param name="manifest">Of the snapshot that it offers; null for a replica that takes snapshots from another node.</param>
    /// <param name="history">Of its data.</param>
    /// <param name="firstIndex">Of its log.</param>
    public static FollowResponse NeedSnapshot(CoreManifest? manifest, HistoryId history, long firstIndex) =>
        new FollowResponse { NeedSnapshot = new NeedSnapshot { Manifest = manifest?.ToMessage(), FirstIndex = (ulong)firstIndex, HistoryId = history.ToBytes() } }.Sealed();

    /// <summary>The answer of an upstream whose history parts from the replica's.</summary>
    public static FollowResponse ToMessage(this FollowAnswer.Diverged diverged) => new FollowResponse { Diverged = new Diverged { Fork = diverged.Fork.ToMessage() } }.Sealed();

    /// <summary>A refusal as a message.</summary>
    public static FollowResponse ToMessage(this FollowAnswer.Refused refused) => new FollowResponse
    {
        Refused = new Refused { Reason = (Refused.Types.Reason)((int)refused.Reason + 1), Message = refused.Message },
    }.Sealed();

    /// <summary>The last message of a session that the upstream ends.</summary>
    public static FollowResponse Ending(Ending.Types.Reason reason, string message) => new FollowResponse { Ending = new Ending { Reason = reason, Message = message } }.Sealed();

    /// <summary>Frames as a message; their bytes are not copied.</summary>
    public static FollowResponse ToMessage(this in StreamFrames frames) => new FollowResponse
    {
        Frames = new Frames
        {
            FirstIndex = (ulong)frames.FirstIndex,
            LastIndex = (ulong)frames.LastIndex,
            CommitIndex = (ulong)frames.CommitIndex,
            Continued = frames.Continued,
            Data = UnsafeByteOperations.UnsafeWrap(frames.Data),
        },
    }.Sealed();

    /// <summary>Frames from the network; their bytes are not copied.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: a number is no index.</exception>
    public static StreamFrames ToFrames(this Frames frames) => new(
        PositionMap.ToIndex(frames.FirstIndex), PositionMap.ToIndex(frames.LastIndex), PositionMap.ToIndex(frames.CommitIndex), frames.Continued, frames.Data.Memory);

    /// <summary>A heartbeat as a message.</summary>
    public static FollowResponse ToMessage(this in StreamHeartbeat heartbeat)
    {
        var message = new Heartbeat
        {
            CommitIndex = (ulong)heartbeat.CommitIndex,
            DurableIndex = (ulong)heartbeat.DurableIndex,
            EchoedStamp = heartbeat.EchoedStamp,
            SenderAgeMillis = (ulong)heartbeat.SenderAge.TotalMilliseconds,
            Path = heartbeat.Path?.ToMessage(),
        };
        if (heartbeat.BytesBehind is { } bytes) message.BytesBehind = (ulong)bytes;
        return new FollowResponse { Heartbeat = message }.Sealed();
    }

    /// <summary>A heartbeat from the network.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: a number is no index, or its path is none.</exception>
    public static StreamHeartbeat ToHeartbeat(this Heartbeat heartbeat) => new(
        PositionMap.ToIndex(heartbeat.CommitIndex),
        PositionMap.ToIndex(heartbeat.DurableIndex),
        heartbeat.EchoedStamp,
        TimeSpan.FromMilliseconds(Math.Min(heartbeat.SenderAgeMillis, uint.MaxValue)))
    {
        Path = heartbeat.Path.ToPath(),
        BytesBehind = heartbeat.HasBytesBehind ? (long)Math.Min(heartbeat.BytesBehind, long.MaxValue) : null,
    };

    /// <summary>An upstream's answer to a Hello; null when it is none.</summary>
    public static FollowAnswer? ToAnswer(this FollowResponse response, long fromIndex) => response.MessageCase switch
    {
        FollowResponse.MessageOneofCase.Resume => new FollowAnswer.Resume(fromIndex) { ProtocolVersion = (int)Math.Clamp(response.Resume.ProtocolVersion, 1, int.MaxValue) },
        FollowResponse.MessageOneofCase.NeedSnapshot => new FollowAnswer.NeedSnapshot(),
        FollowResponse.MessageOneofCase.Diverged => new FollowAnswer.Diverged(response.Diverged.Fork.ToPosition()),
        FollowResponse.MessageOneofCase.Refused => new FollowAnswer.Refused(
            response.Refused.Reason == Refused.Types.Reason.Unspecified ? RefusalReason.Malformed : (RefusalReason)((int)response.Refused.Reason - 1), PeerText.Shortened(response.Refused.Message)),
        _ => null,
    };

    /// <summary>A manifest as a message: the same bytes as in its file.</summary>
    public static Protos.V1.SnapshotManifest ToMessage(this CoreManifest manifest) => Protos.V1.SnapshotManifest.Parser.ParseFrom(ManifestCodec.Encode(manifest));

    /// <summary>A manifest from the network, checked.</summary>
    /// <exception cref="MalformedPayloadException">It does not agree with itself.</exception>
    public static CoreManifest ToManifest(this Protos.V1.SnapshotManifest message) => ManifestCodec.Decode(message.ToByteArray());

    private static IEnumerable<EpochTableRow> ToMessages(this EpochTable epochs) => epochs.Rows.Select(row => new EpochTableRow
    {
        Epoch = row.Epoch.Number,
        ReignId = row.ReignId,
        FirstIndex = (ulong)row.FirstIndex,
        PreviousCrc = row.PreviousCrc,
    });

    private static Grpc.Core.RpcException Malformed(string what) => Errors.Failure(Error.Types.Code.InvalidArgument, $"The Hello is malformed: {what}.");
}
