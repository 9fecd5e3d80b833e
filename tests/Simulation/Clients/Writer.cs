using System.Globalization;
using System.Text;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Replication.Kit.Checks;
using Replication.Simulation.Tests.Nodes;
using Replication.Simulation.Tests.World;

namespace Replication.Simulation.Tests.Clients;

/// <summary>A client that writes: single puts, transactions over collections, preconditions, transfers, large values, nonsense.</summary>
/// <remarks>
/// When an answer does not come, it asks again under the same request id, often and after long times, too. One call in five is
/// never asked again, as by a client that has that switched off, and stays without an answer. One sending in six takes so long
/// that a later one may overtake it.
/// </remarks>
internal sealed class Writer(SimulatedCluster cluster, int number)
{
    private const int MaxSendings = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan SoonBroken = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongWay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan AfterHealing = TimeSpan.FromSeconds(4);

    private readonly Random _random = cluster.Plan.RandomOf($"writer-{number}");
    private readonly Random _links = cluster.Plan.RandomOf($"writer-{number}-links");
    private long _calls;

    public void Begin() => cluster.Events.After(cluster.Exponential(cluster.Plan.BetweenWrites, _random), () =>
    {
        // Over soon after the healing, so that everybody can come to the same end.
        if (cluster.Events.Now > cluster.Plan.SafetyPhase + TimeSpan.FromSeconds(3)) return;
        Write();
        Begin();
    });

    private void Write()
    {
        var primary = cluster.Primary.Primary;
        using var view = primary is { IsOpen: true } ? primary.Database.OpenView() : ReadView.Open(DatabaseState.Empty);
        var request = string.Create(CultureInfo.InvariantCulture, $"w{number}-{++_calls}");
        var call = new Call(request, new Transaction(Operations(view, request), Encoding.UTF8.GetBytes(request)), cluster.History.Known);
        cluster.History.Made(call);
        if (primary is not { IsOpen: true }) return;
        Send(primary, call, _links.Next(4) == 0 ? LogPosition.Start : cluster.History.KnownPosition, TimeSpan.FromTicks(1 + _random.NextInt64(TimeSpan.TicksPerMillisecond)));
    }

    // The call is under way for a moment; by then the process may be another one, which the call does not reach.
    private void Send(PrimaryProcess primary, Call call, LogPosition known, TimeSpan way)
    {
        call.FirstSentAfter = ++call.Sendings == 1 && known == LogPosition.Start ? null : known;
        var sending = new Sending(call, call.Transaction with { FirstSentAfter = call.FirstSentAfter });
        if (_links.Next(6) == 0) way += cluster.Exponential(LongWay, _links);
        primary.After(way, () => primary.Commit(sending));
        cluster.Events.After(_links.Next(10) == 0 ? cluster.Exponential(SoonBroken, _links) : Patience, () =>
        {
            if (call.Outcome is not null) return;
            sending.IsCut = true;
            if (call.Sendings > 1 || _links.Next(5) != 0) SendAgain(call, known);
        });
    }

    private void SendAgain(Call call, LogPosition known) => cluster.Events.After(cluster.Exponential(FirstPause * (1 << call.Sendings), _links), () =>
    {
        if (call.Sendings == MaxSendings || cluster.Events.Now > cluster.Plan.SafetyPhase + AfterHealing) return;
        if (cluster.Primary.Primary is { IsOpen: true } primary) Send(primary, call, known, TimeSpan.FromTicks(1 + _links.NextInt64(TimeSpan.TicksPerMillisecond)));
        else SendAgain(call, known);
    });

    private Operation[] Operations(ReadView view, string request) => _random.Next(20) switch
    {
        < 8 => [Operation.Put(Collection(), Key(), Value(request, 100))],
        < 12 => [.. Enumerable.Range(0, _random.Next(2, 7)).Select(_ => Change(request))],
        < 15 => [Conditional(view, request)],
        < 18 => Bank.Transfer(view, _random),
        18 => [_random.Next(3) switch
        {
            0 => Operation.Put(Collection(), Key(), Value(request, _random.Next(1000, 12_000))),
            1 => Operation.Drop("temporary"),
            _ => Operation.Create("temporary", CollectionKind.Bytes),
        }],
        _ => [_random.Next(3) switch
        {
            0 => Operation.Put(Collection(), Key(), Encoding.UTF8.GetBytes("{not json")),
            1 => Operation.Put(Collection(), ReadOnlyMemory<byte>.Empty, Value(request, 10)),
            _ => Operation.Delete("never-made", Key()),
        }],
    };

    private Operation Change(string request) =>
        _random.Next(4) == 0 ? Operation.Delete("orders", Key()) : Operation.Put(_random.Next(4) == 0 ? "temporary" : Collection(), Key(), Value(request, 60));

    private Operation Conditional(ReadView view, string request)
    {
        var (collection, key) = (Collection(), Key());
        var record = view.Find(collection, key.Span);
        var precondition = _random.Next(3) switch
        {
            0 => Precondition.Absent,
            1 => Precondition.Present,
            _ => !record.Exists ? Precondition.Present : Precondition.UnchangedSince(view.State.PositionOf(record.Index)),
        };
        return Operation.Put(collection, key, Value(request, 40), precondition);
    }

    private string Collection() => _random.Next(2) == 0 ? "orders" : "customers";

    private ReadOnlyMemory<byte> Key() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"k{_random.Next(40)}"));

    private ReadOnlyMemory<byte> Value(string request, int bytes) => Encoding.UTF8.GetBytes($"{{\"by\":\"{request}\",\"text\":\"{new string((char)('a' + _random.Next(26)), _random.Next(bytes))}\"}}");
}
