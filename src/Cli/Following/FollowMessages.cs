using Google.Protobuf;
using Replication.Core.Following;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Protos.V1;
using CoreHello = Replication.Core.Following.Hello;
using Hello = Replication.Protos.V1.Hello;

namespace Replication.Cli.Following;

/// <summary>
/// The messages of the follow stream as a tool says and reads them. A tool knows no more of a node than any program in
/// another language would, so it makes them from the contract and from docs/PROTOCOL.md.
/// </summary>
internal static class FollowMessages
{
    /// <summary>A Hello of one that keeps nothing and begins behind a place in the node's log.</summary>
    internal static FollowRequest Hello(FollowSelf self, LocateResponse start)
    {
        var hello = new Hello
        {
            ProtocolVersion = (uint)CoreHello.CurrentProtocolVersion,
            LogFormatVersion = CoreHello.CurrentLogFormatVersion,
            HistoryId = start.HistoryId,
            NodeId = self.NodeId,
            NodeName = self.Name,
            StartCounter = 1,
            RunId = self.RunId,
            Kind = Replication.Protos.V1.Hello.Types.Kind.Tail,
            Durable = start.Position,
            DurableCrc = start.Crc,
        };
        hello.Epochs.AddRange(start.Epochs);
        return Sealed(new FollowRequest { Hello = hello });
    }

    /// <summary>Says that everything up to an index was taken in. Nothing of it will be asked for again, so it counts as durable and applied too.</summary>
    internal static FollowRequest Ack(long index, ulong stamp) =>
        Sealed(new FollowRequest { Ack = new Ack { Received = (ulong)index, Durable = (ulong)index, Applied = (ulong)index, Stamp = stamp } });

    /// <summary>Where to begin, as the end of a log.</summary>
    internal static LogTail TailOf(LocateResponse start) =>
        new(new LogPosition(new Epoch(start.Position?.Epoch ?? 0), Index(start.Position?.Index ?? 0)), start.Crc, TimestampMicros: 0);

    /// <summary>Every reign up to there.</summary>
    /// <exception cref="CommandException">They make no sense.</exception>
    internal static EpochTable EpochsOf(LocateResponse start)
    {
        try
        {
            return EpochTable.FromRows(start.Epochs.Select(row => new EpochRow(new Epoch(row.Epoch), row.ReignId, Index(row.FirstIndex), row.PreviousCrc)));
        }
        catch (ArgumentException invalid)
        {
            throw CommandException.Negative($"The node's list of reigns makes no sense: {invalid.Message}");
        }
    }

    internal static StreamFrames FramesOf(Frames frames) =>
        new(Index(frames.FirstIndex), Index(frames.LastIndex), Index(frames.CommitIndex), frames.Continued, frames.Data.Memory);

    internal static StreamHeartbeat HeartbeatOf(Heartbeat heartbeat) => new(
        Index(heartbeat.CommitIndex), Index(heartbeat.DurableIndex), heartbeat.EchoedStamp, TimeSpan.FromMilliseconds(Math.Min(heartbeat.SenderAgeMillis, uint.MaxValue)));

    /// <summary>Compares a message's check; that of frames leaves their data out, which has crcs of its own.</summary>
    /// <exception cref="StreamDamagedException">It is not as it was sent.</exception>
    internal static void ThrowIfChanged(FollowResponse message, long expectedIndex)
    {
        var (check, data) = (message.Check, message.Frames?.Data);
        message.Check = 0;
        if (data is not null) message.Frames!.Data = ByteString.Empty;
        var actual = Crc32C.Compute(message.ToByteArray());
        message.Check = check;
        if (data is not null) message.Frames!.Data = data;
        if (actual != check) throw new StreamDamagedException(expectedIndex, "a message came with changed bytes");
    }

    private static FollowRequest Sealed(FollowRequest message)
    {
        message.Check = 0;
        message.Check = Crc32C.Compute(message.ToByteArray());
        return message;
    }

    private static long Index(ulong index) => index <= long.MaxValue ? (long)index : throw new StreamDamagedException(0, $"{index} is no index");
}
