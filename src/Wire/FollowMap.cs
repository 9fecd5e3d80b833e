using Google.Protobuf;
using Replication.Core.Following;
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
            Kind = hello.Kind == FollowerKind.Standby ? Protos.V1.Hello.Types.Kind.Standby : Protos.V1.Hello.Types.Kind.Reader,
            Durable = hello.Durable.ToMessage(),
            DurableCrc = hello.DurableCrc,
        };
        message.Epochs.AddRange(hello.Epochs.Rows.Select(row => new EpochTableRow
        {
            Epoch = row.Epoch.Number,
            ReignId = row.ReignId,
            FirstIndex = (ulong)row.FirstIndex,
            PreviousCrc = row.PreviousCrc,
        }));
        return new FollowRequest { Hello = message };
    }

    /// <summary>A Hello from the network, checked for form.</summary>
    /// <exception cref="Grpc.Core.RpcException">INVALID_ARGUMENT: it makes no sense.</exception>
    public static CoreHello ToHello(this Protos.V1.Hello message)
    {
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
            message.Kind == Protos.V1.Hello.Types.Kind.Standby ? FollowerKind.Standby : FollowerKind.Reader,
            epochs,
            message.Durable.ToPosition(),
            message.DurableCrc);
    }

    /// <summary>A refusal as a message.</summary>
    public static FollowResponse ToMessage(this FollowAnswer.Refused refused) => new()
    {
        Refused = new Refused { Reason = (Refused.Types.Reason)((int)refused.Reason + 1), Message = refused.Message },
    };

    /// <summary>A manifest as a message: the same bytes as in its file.</summary>
    public static Protos.V1.SnapshotManifest ToMessage(this CoreManifest manifest) => Protos.V1.SnapshotManifest.Parser.ParseFrom(ManifestCodec.Encode(manifest));

    /// <summary>A manifest from the network, checked.</summary>
    /// <exception cref="MalformedPayloadException">It does not agree with itself.</exception>
    public static CoreManifest ToManifest(this Protos.V1.SnapshotManifest message) => ManifestCodec.Decode(message.ToByteArray());

    private static Grpc.Core.RpcException Malformed(string what) => Errors.Failure(Error.Types.Code.InvalidArgument, $"The Hello is malformed: {what}.");
}
