using System.Globalization;
using System.Text;
using Replication.Core.Transactions;
using Replication.Kit.Checks;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Clients;

/// <summary>A client of a collection with indexes: puts documents whose values collide now and then, and creates and drops indexes meanwhile.</summary>
internal sealed class IndexedWriter(SimulatedCluster cluster)
{
    private const string Collection = "people";
    private const int Keys = 30;
    private const int Mails = 45;

    private readonly Random _random = cluster.Plan.RandomOf("indexed-writer");
    private long _calls;

    public void Begin() => cluster.Events.After(cluster.Exponential(2 * cluster.Plan.BetweenWrites, _random), () =>
    {
        if (cluster.Events.Now > cluster.Plan.SafetyPhase + TimeSpan.FromSeconds(3)) return;
        Write();
        Begin();
    });

    private void Write()
    {
        var request = string.Create(CultureInfo.InvariantCulture, $"indexed-{++_calls}");
        var call = new Call(request, new Transaction(Operations(), Encoding.UTF8.GetBytes(request)), cluster.History.Known);
        cluster.History.Made(call);
        if (cluster.Primary.Primary is not { IsOpen: true } primary) return;
        primary.After(TimeSpan.FromTicks(1 + _random.NextInt64(TimeSpan.TicksPerMillisecond)), () => primary.Commit(new Sending(call, call.Transaction)));
    }

    private Operation[] Operations() => _random.Next(24) switch
    {
        < 12 => [Person()],
        < 17 => [.. Enumerable.Range(0, _random.Next(2, 6)).Select(_ => _random.Next(3) == 0 ? Operation.Delete(Collection, Key()) : Person())],
        < 19 => [Operation.Delete(Collection, Key())],
        < 22 => [Index()],
        22 => [Operation.DropIndex(Collection, Names[_random.Next(Names.Length)])],
        _ => _random.Next(5) == 0 ? [Operation.Drop(Collection), Person(), Index()] : [Operation.DropIndex(Collection, "mail"), Operation.CreateIndex(Collection, "mail", "mail", isUnique: true)],
    };

    private static string[] Names { get; } = ["mail", "town", "tag"];

    private Operation Index() => _random.Next(3) switch
    {
        0 => Operation.CreateIndex(Collection, "mail", "mail", isUnique: true),
        1 => Operation.CreateIndex(Collection, "town", "home.town"),
        _ => Operation.CreateIndex(Collection, "tag", "tags"),
    };

    // Mails mostly belong to one key, so that a unique index can be built.
    private Operation Person()
    {
        var key = _random.Next(Keys);
        var mail = _random.Next(6) == 0 ? _random.Next(Mails) : key;
        return Operation.Put(Collection, Key(key), Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $$"""{"mail":"m{{mail}}","home":{"town":{{_random.Next(5)}}},"tags":["t{{_random.Next(6)}}","t{{_random.Next(6)}}"]}""")));
    }

    private ReadOnlyMemory<byte> Key() => Key(_random.Next(Keys));

    private static ReadOnlyMemory<byte> Key(int number) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"p{number}"));
}
