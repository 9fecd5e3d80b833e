using Google.Protobuf;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Wire;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The upstream's end of one transfer of chunks.</summary>
internal static class ServedSnapshot
{
    /// <summary>In the place of a chunk's number: there is no such snapshot any more. Stands for the status of the call.</summary>
    public const uint Gone = uint.MaxValue;

    private const int PieceBytes = 700;

    public static void Take(SimulatedServing serving, Endpoint endpoint)
    {
        MessageStream? stream = null;
        stream = new MessageStream(endpoint, message => serving.Process.Run(() => Send(serving, stream!, message)), () => { });
    }

    private static void Send(SimulatedServing serving, MessageStream stream, byte[] message)
    {
        try
        {
            var request = FetchSnapshotRequest.Parser.ParseFrom(message);
            var position = request.Position.ToPosition();
            var manifest = serving.Database.Snapshots.NewestFirst.FirstOrDefault(manifest => manifest.Position == position);
            if (manifest is null || request.Chunks.Any(number => number >= manifest.Chunks.Length))
            {
                SayGone(stream);
                return;
            }
            if (request.Chunks.Count > 0) serving.Table.Fetches(request.NodeId, position.Index, serving.Cluster.Events.Now);
            SendNext(serving, stream, manifest, [.. request.Chunks.Select(number => (int)number)]);
        }
        catch (Exception malformed) when (malformed is InvalidProtocolBufferException or Grpc.Core.RpcException)
        {
            serving.Cluster.Faults.Noticed(Plans.FaultClass.BytesChanged, malformed);
            stream.Close();
        }
    }

    private static void SayGone(MessageStream stream)
    {
        stream.Send(new SnapshotPiece { Chunk = Gone }.ToByteArray());
        stream.Close();
    }

    // One chunk an event, so that crashes and cuts come between chunks, too.
    private static void SendNext(SimulatedServing serving, MessageStream stream, SnapshotManifest manifest, int[] numbers)
    {
        if (numbers.Length == 0)
        {
            stream.Close();
            return;
        }
        byte[] chunk;
        try
        {
            chunk = serving.ReadChunk(manifest, numbers[0]);
        }
        catch (IOException unreadable)
        {
            if (unreadable is not FileNotFoundException && !serving.Cluster.Faults.Explains(serving.Process.Node, unreadable)) throw;
            if (unreadable is Core.Snapshots.SnapshotDamagedException) serving.Database.Snapshots.Forget(manifest);
            serving.Cluster.Trace.Add(serving.Process.Name, "cannot send a chunk", numbers[0], detail: unreadable.Message);
            SayGone(stream);
            return;
        }
        for (var offset = 0; offset < chunk.Length; offset += PieceBytes)
        {
            var piece = chunk.AsMemory(offset, Math.Min(PieceBytes, chunk.Length - offset));
            stream.Send(new SnapshotPiece { Chunk = (uint)numbers[0], Offset = (uint)offset, Data = ByteString.CopyFrom(piece.Span) }.ToByteArray());
        }
        serving.Process.After(serving.Process.Node.DiskDelay, () => SendNext(serving, stream, manifest, numbers[1..]));
    }
}
