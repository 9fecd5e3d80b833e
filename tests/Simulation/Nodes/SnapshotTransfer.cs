using Google.Protobuf;
using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Snapshots;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;
using Replication.Wire;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The replica's end of one transfer: fetches the chunks that are not here yet.</summary>
internal sealed class SnapshotTransfer(SimulatedCluster cluster, ReplicaProcess process, Bootstrap bootstrap, Action<TransferEnd> ended)
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private ChunkAssembly _chunks = new(bootstrap.Manifest, []);
    private MessageStream? _stream;
    private TimeSpan _heard;
    private bool _isOver;

    public void Begin()
    {
        var missing = bootstrap.Missing;
        cluster.Trace.Add(process.Name, "fetches chunks", missing.Count, bootstrap.Manifest.Chunks.Length);
        cluster.ChunksFound += bootstrap.Manifest.Chunks.Length - missing.Count;
        if (missing.Count == 0) Over(TransferEnd.Whole);
        else cluster.Network.Connect(process.Name, process.SnapshotSource, SimulatedServing.SnapshotService, endpoint => process.Run(() => Request(endpoint, missing)));
    }

    /// <summary>Nobody waits for it any more.</summary>
    public void Stop()
    {
        _isOver = true;
        _stream?.Close();
    }

    private void Request(Endpoint? endpoint, IReadOnlyList<int> missing)
    {
        if (endpoint is null)
        {
            Over(TransferEnd.Broken);
            return;
        }
        _heard = cluster.Events.Now;
        _chunks = new ChunkAssembly(bootstrap.Manifest, missing);
        _stream = new MessageStream(endpoint, message => process.Run(() => Receive(message)), () => process.Run(() => Over(TransferEnd.Broken)));
        var request = new FetchSnapshotRequest { HistoryId = bootstrap.Manifest.History.ToBytes(), Position = bootstrap.Manifest.Position.ToMessage(), NodeId = process.Database.Identity.NodeId };
        request.Chunks.AddRange(missing.Select(number => (uint)number));
        _stream.Send(request.ToByteArray());
        WatchSilence();
    }

    private void WatchSilence() => process.After(Silence, () =>
    {
        if (_isOver) return;
        if (cluster.Events.Now - _heard >= Silence) Over(TransferEnd.Broken);
        else WatchSilence();
    });

    private void Receive(byte[] message)
    {
        if (_isOver) return;
        _heard = cluster.Events.Now;
        try
        {
            var piece = SnapshotPiece.Parser.ParseFrom(message);
            if (piece.Chunk == ServedSnapshot.Gone) Over(TransferEnd.Gone);
            else if (_chunks.Take(piece.Chunk, piece.Offset, piece.Data.Span, out var whole)) Store(whole.Number, whole.Bytes.Span);
        }
        catch (Exception damaged) when (damaged is InvalidProtocolBufferException or StreamDamagedException or SnapshotDamagedException)
        {
            cluster.Faults.Noticed(FaultClass.BytesChanged, damaged);
            Over(TransferEnd.Broken);
        }
        catch (IOException full) when (Core.IO.DiskFullException.IsToldBy(full))
        {
            Over(TransferEnd.Broken);
        }
    }

    private void Store(int number, ReadOnlySpan<byte> bytes)
    {
        bootstrap.Store(number, bytes);
        cluster.ChunksStored++;
        if (_chunks.IsDone) Over(TransferEnd.Whole);
    }

    private void Over(TransferEnd end)
    {
        if (_isOver) return;
        _isOver = true;
        _stream?.Close();
        ended(end);
    }
}
