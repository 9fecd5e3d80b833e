using Google.Protobuf;
using Replication.Core.Database;
using Replication.Core.Payloads;
using Replication.Core.Snapshots;
using Replication.Kit.Network;
using Replication.Protos.V1;
using Replication.Simulation.Tests.Plans;
using Replication.Simulation.Tests.World;
using Replication.Wire;
using SnapshotManifest = Replication.Core.Snapshots.SnapshotManifest;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>The replica's end of one transfer: fetches the chunks that are not here yet.</summary>
internal sealed class SnapshotTransfer : IDisposable
{
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly SimulatedCluster _cluster;
    private readonly ReplicaProcess _process;
    private readonly Action<SnapshotTransfer, bool> _ended;
    private readonly List<byte> _chunk = [];
    private MessageStream? _stream;
    private TimeSpan _heard;
    private bool _isOver;

    public SnapshotTransfer(SimulatedCluster cluster, ReplicaProcess process, SnapshotManifest manifest, Action<SnapshotTransfer, bool> ended)
    {
        _cluster = cluster;
        _process = process;
        _ended = ended;
        Folder = BootstrapFolder.Open(process.Database, manifest);
        cluster.Trace.Add(process.Name, "fetches chunks", Folder.Missing.Count, manifest.Chunks.Length);
        cluster.ChunksFound += manifest.Chunks.Length - Folder.Missing.Count;
    }

    public BootstrapFolder Folder { get; }

    public void Begin()
    {
        if (Folder.Missing.Count == 0)
        {
            Over(isWhole: true);
            return;
        }
        _cluster.Network.Connect(_process.Name, _process.Node.Upstream!.Name, SimulatedServing.SnapshotService, endpoint => _process.Run(() => Request(endpoint)));
    }

    public void Dispose() => Folder.Dispose();

    private void Request(Endpoint? endpoint)
    {
        if (endpoint is null)
        {
            Over(isWhole: false);
            return;
        }
        _heard = _cluster.Events.Now;
        _stream = new MessageStream(endpoint, message => _process.Run(() => Receive(message)), () => _process.Run(() => Over(isWhole: false)));
        var request = new FetchSnapshotRequest { HistoryId = Folder.Manifest.History.ToBytes(), Position = Folder.Manifest.Position.ToMessage(), NodeId = _process.Database.Identity.NodeId };
        request.Chunks.AddRange(Folder.Missing.Select(number => (uint)number));
        _stream.Send(request.ToByteArray());
        WatchSilence();
    }

    private void WatchSilence() => _process.After(Silence, () =>
    {
        if (_isOver) return;
        if (_cluster.Events.Now - _heard >= Silence) Over(isWhole: false);
        else WatchSilence();
    });

    private void Receive(byte[] message)
    {
        if (_isOver) return;
        _heard = _cluster.Events.Now;
        try
        {
            var piece = SnapshotPiece.Parser.ParseFrom(message);
            var number = Folder.Missing.First();
            if (piece.Chunk != number || piece.Offset != _chunk.Count) throw new MalformedPayloadException("a piece came that does not belong there");
            _chunk.AddRange(piece.Data.Span);
            if (_chunk.Count < Folder.Manifest.Chunks[number].Length) return;
            Folder.Store(number, _chunk.ToArray());
            _chunk.Clear();
            _cluster.ChunksStored++;
            if (Folder.Missing.Count == 0) Over(isWhole: true);
        }
        catch (Exception damaged) when (damaged is InvalidProtocolBufferException or MalformedPayloadException or SnapshotDamagedException)
        {
            _cluster.Faults.Noticed(FaultClass.BytesChanged, damaged);
            Over(isWhole: false);
        }
        catch (IOException full) when (Core.IO.DiskFullException.IsToldBy(full))
        {
            Over(isWhole: false);
        }
    }

    private void Over(bool isWhole)
    {
        if (_isOver) return;
        _isOver = true;
        _stream?.Close();
        _ended(this, isWhole);
    }
}
