using Replication.Core.Bootstrapping;
using Replication.Core.Following;
using Replication.Core.Positions;
using Replication.Kit.Network;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>A stream whose entries are kept behind a snapshot that is being fetched beside it.</summary>
internal sealed class BootstrapStream : ReplicaStream
{
    private readonly Bootstrap _bootstrap;
    private readonly StreamIntake _intake;
    private readonly SnapshotTransfer _transfer;
    private Action? _drained;

    public BootstrapStream(SimulatedCluster cluster, ReplicaProcess process, Bootstrap bootstrap, MessageStream stream, Action<string> giveUp)
        : base(cluster, process, bootstrap.Log, stream, giveUp)
    {
        _bootstrap = bootstrap;
        _intake = StreamIntake.Behind(bootstrap.Log);
        _transfer = new SnapshotTransfer(cluster, process, bootstrap, Transferred);
        AcknowledgeEvery();
        _transfer.Begin();

        void Transferred(TransferEnd end)
        {
            if (end == TransferEnd.Whole) WhenDrained(() => process.Install(bootstrap, state => bootstrap.Replay(state, _intake.CommitIndex, CancellationToken.None), InstalledAndGoOn));
            else process.TransferBroken(end == TransferEnd.Gone);
        }

        void InstalledAndGoOn()
        {
            HandOver();
            process.GoOn(stream, _intake);
        }
    }

    protected override long CommitIndex => _intake.CommitIndex;

    protected override EpochTable Epochs => _intake.Epochs;

    protected override (long Applied, TransferProgress Transfer) Progress => (0, _bootstrap.Progress);

    public override void End(string why)
    {
        _drained = null;
        _transfer.Stop();
        base.End(why);
    }

    protected override void Take(in StreamFrames frames) => _intake.Take(frames, Append);

    protected override void Take(in StreamHeartbeat heartbeat) => _intake.Take(heartbeat);

    protected override void Synced() => RunDrained();

    private void WhenDrained(Action action)
    {
        _drained = action;
        RunDrained();
    }

    private void RunDrained()
    {
        if (!IsDrained || _drained is not { } action) return;
        _drained = null;
        action();
    }
}
