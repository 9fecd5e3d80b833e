using Replication.Client;
using Replication.Kit.Checks;

namespace Replication.ProcessKit.Load;

/// <summary>
/// Clients that transfer money between the accounts of the <see cref="Vault"/> through every failure. Each transfer carries a
/// receipt, its teller's number of it, under the condition that the former receipt is as it was: so the receipts show
/// which transfers took effect.
/// </summary>
/// <param name="client">Of the primary.</param>
/// <param name="count">How many there are.</param>
/// <param name="seed">Of what they do.</param>
/// <param name="pause">Of each between two transfers; null for none.</param>
public sealed class Tellers(ReplicationClient client, int count, int seed, TimeSpan? pause = null) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Teller[] _tellers = [.. Enumerable.Range(0, count).Select(number => new Teller(client, number, new Random(seed + number), pause))];
    private Task _running = Task.CompletedTask;

    /// <summary>How long transfers took that were answered.</summary>
    public Latencies Latencies { get; } = new();

    /// <summary>Transfers that were answered as committed.</summary>
    public long Transfers => _tellers.Sum(static teller => teller.Transfers);

    /// <summary>Transfers whose outcome is unknown.</summary>
    public long Unknown => _tellers.Sum(static teller => teller.Unknown);

    /// <summary>Transfers that were rejected because somebody else was first.</summary>
    public long Rejected => _tellers.Sum(static teller => teller.Rejected);

    /// <summary>Calls that failed before anything was committed.</summary>
    public long Failed => _tellers.Sum(static teller => teller.Failed);

    /// <summary>They begin.</summary>
    public void Start() => _running = Task.WhenAll(_tellers.Select(teller => Task.Run(() => teller.RunAsync(Latencies, _stop.Token), CancellationToken.None)));

    /// <summary>They end, each behind the answer to its last transfer.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Every answered transfer is there, and nothing but those and some of the unknown ones.</summary>
    /// <param name="node">Any node.</param>
    /// <param name="read">Which state: one behind the last transfer.</param>
    /// <exception cref="ViolationException">One was lost, or took effect although it was refused.</exception>
    public async Task CheckReceiptsAsync(ReplicationClient node, ReadOptions? read = null)
    {
        foreach (var teller in _tellers) await teller.CheckReceiptAsync(node, read);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    /// <summary>For people.</summary>
    public override string ToString() => $"{Transfers} transfers, {Rejected} rejected, {Unknown} unknown, {Failed} failed";
}
