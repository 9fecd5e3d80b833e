using Replication.Kit.Checks;
using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Core.IO;
using Replication.Kit;
using Replication.Simulation.Tests.Faults;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Nodes;

/// <summary>One run of a node's process. Whatever it does goes through <see cref="Run"/>, so that it can die at any step.</summary>
internal abstract class NodeProcess(SimulatedCluster cluster, SimulatedNode node, MemoryFileSystem files)
{
    private readonly Queue<Action> _held = new();
    private LocalDatabase? _database;

    public SimulatedNode Node => node;

    public string Name => node.Name;

    public MemoryFileSystem Files => files;

    public LocalDatabase Database => _database!;

    /// <summary>Whether its database is open.</summary>
    public bool IsOpen => _database is not null;

    public bool HasEnded { get; private set; }

    /// <summary>While it stands still, everything waits.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Serves those who follow this node.</summary>
    public SimulatedServing Serving { get; private set; } = null!;

    /// <summary>Over which nodes its data comes.</summary>
    public abstract UpstreamPath Path { get; }

    protected SimulatedCluster Cluster => cluster;

    protected TimeSpan Now => cluster.Events.Now;

    public void Open(LocalDatabase database) => _database = database;

    /// <summary>The database is open: takes up the role.</summary>
    public virtual void Begin()
    {
        Serving = new SimulatedServing(Cluster, this);
        TakeSnapshotLater();
        KeepFollowers();
    }

    /// <summary>Does something in this process, or nothing when it is no more.</summary>
    public void Run(Action action)
    {
        if (HasEnded) return;
        if (IsPaused)
        {
            _held.Enqueue(action);
            return;
        }
        try
        {
            action();
        }
        catch (ProcessDiedException death)
        {
            node.Die(death.PowerLost, "in the middle of a file operation");
        }
        catch (Exception failure) when (failure is not ViolationException && !HasEnded)
        {
            node.Failed(failure);
        }
    }

    /// <summary>Does something later in this process.</summary>
    public void After(TimeSpan delay, Action action) => cluster.Events.After(delay, () => Run(action));

    public void Pause() => IsPaused = true;

    public void Continue()
    {
        IsPaused = false;
        while (!HasEnded && !IsPaused && _held.TryDequeue(out var action)) Run(action);
    }

    public void End()
    {
        HasEnded = true;
        files.Before = _ => throw new ProcessDiedException(powerLost: false);
    }

    /// <summary>The node shows a state.</summary>
    /// <param name="publish">Does it.</param>
    /// <param name="committed">What it has been told is committed.</param>
    protected void Show(Action publish, long committed)
    {
        var before = Database.State;
        publish();
        if (ReferenceEquals(before, Database.State)) return;
        cluster.History.Shown(Name, before, Database.State, committed, node.IsMemoryChanged);
        cluster.Trace.Add(Name, "shows", Database.State.Index);
    }

    /// <summary>Writes a snapshot of what is shown, when the log is that far.</summary>
    protected abstract void TakeSnapshot(Action<bool> taken);

    /// <summary>For others that need one.</summary>
    public void OfferSnapshot(Action<bool> taken) => TakeSnapshot(taken);

    private void KeepFollowers() => After(TimeSpan.FromSeconds(2), () =>
    {
        try
        {
            Serving.SaveFollowers();
            Database.Prune(Serving.Needs());
        }
        catch (IOException failure) when (DiskFullException.IsToldBy(failure))
        {
            // The register is a convenience; it is written again soon.
            cluster.Trace.Add(Name, "has no room for its register");
        }
        KeepFollowers();
    });

    private void TakeSnapshotLater() => After(cluster.Exponential(cluster.Plan.BetweenSnapshots), () =>
    {
        TakeSnapshot(_ => { });
        TakeSnapshotLater();
    });
}
