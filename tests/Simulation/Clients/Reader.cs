using Replication.Kit.Checks;
using System.Globalization;
using System.Text;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Clients;

/// <summary>A client that reads on every node and holds each answer against the log at the position of the answer.</summary>
internal sealed class Reader(SimulatedCluster cluster)
{
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(20);

    private readonly Random _random = cluster.Plan.RandomOf("reader");

    public void Begin() => cluster.Events.After(cluster.Exponential(BetweenReads, _random), () =>
    {
        Read();
        Begin();
    });

    private void Read()
    {
        var node = cluster.Nodes[_random.Next(cluster.Nodes.Count)];
        if (node.Process is not { IsOpen: true, IsPaused: false } process) return;
        if (node.IsMemoryChanged) return; // It may read anything, until the next digest of what was overwritten.
        using var view = process.Database.OpenView();
        var state = view.State;
        var collection = _random.Next(2) == 0 ? "orders" : "customers";
        var key = string.Create(CultureInfo.InvariantCulture, $"k{_random.Next(40)}");
        var record = view.Find(collection, Encoding.UTF8.GetBytes(key));
        cluster.History.Read(node.Name, state.Position, collection, key, record.Exists ? record.Value : default, record.Exists);
        if (Bank.TotalOf(view) is not { } total) return;
        cluster.History.Counts.Totals++;
        if (total != Bank.Total) throw new ViolationException("transactions are seen whole", $"{node.Name} at {state.Index}: the accounts hold {total}, not {Bank.Total}");
    }
}
