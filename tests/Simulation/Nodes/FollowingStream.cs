using Replication.Core.Bootstrapping;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Kit.Network;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>A stream whose entries are applied and shown.</summary>
internal sealed class FollowingStream : ReplicaStream
{
    private readonly StreamReceiver _receiver;
    private readonly MissingBytes _missing = new();
    private long _upstreamIndex;
    private long _announced;

    public FollowingStream(SimulatedCluster cluster, ReplicaProcess process, LogLease log, StreamIntake intake, MessageStream stream, Action<string> giveUp)
        : base(cluster, process, log, stream, giveUp)
    {
        _receiver = new StreamReceiver(intake, process.Database.State, process.Database.Digests, Append);
        log.Log.ReadEach(_receiver.Applied + 1, intake.Tail.Index, _receiver.TakeLogged);
        _announced = process.Database.CommitIndex;
        AcknowledgeEvery();
    }

    protected override long CommitIndex => Process.Database.CommitIndex;

    protected override EpochTable Epochs => _receiver.Epochs;

    protected override (long Applied, TransferProgress Transfer) Progress => (Process.Database.State.Index, TransferProgress.None);

    protected override void Take(in StreamFrames frames)
    {
        _announced = Math.Max(_announced, frames.CommitIndex);
        _receiver.Take(frames);
        _missing.Received(frames.Data.Length, _receiver.Tail.Index);
        CheckLag();
        Process.ShowNewer(_receiver, _announced);
    }

    protected override void Take(in StreamHeartbeat heartbeat)
    {
        _announced = Math.Max(_announced, heartbeat.CommitIndex);
        _receiver.Take(heartbeat);
        _upstreamIndex = heartbeat.DurableIndex;
        _missing.Heard(_upstreamIndex, heartbeat.BytesBehind, _receiver.Tail.Index);
        CheckLag();
        Process.ShowNewer(_receiver, _announced);
    }

    private void CheckLag() => Cluster.History.Lags(Process.Name, _receiver.Tail.Index, _upstreamIndex, _missing.UpTo(_upstreamIndex));

    protected override void Synced() => Process.Serving.LogMoved();
}
