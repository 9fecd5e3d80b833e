using Replication.Client;
using Replication.Kit.Checks;
using Replication.Testing;

namespace Replication.ProcessKit.Recording;

/// <summary>
/// Clients that write on the primary and read on every node, go on through every failure, and write everything down. What
/// they were told is held against the primary's log with the checks of the simulator.
/// </summary>
/// <param name="primary">Where they write.</param>
/// <param name="nodes">Where they read; one reader each.</param>
/// <param name="seed">What they do follows from it; when, does not.</param>
/// <param name="writers">Half of them never ask again when an answer is lost.</param>
public sealed class RecordedLoad(Uri primary, IReadOnlyList<Uri> nodes, int seed, int writers = 6) : IAsyncDisposable
{
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(4);
    private static readonly CommitRetries Patient = new() { MaxAttempts = 100, LongestDelay = TimeSpan.FromMilliseconds(200) };

    private readonly CancellationTokenSource _stop = new();
    private readonly List<ReplicationClient> _clients = [];
    private Task _running = Task.CompletedTask;
    private volatile bool _isResting;

    public Ledger Ledger { get; } = new();

    public void Start()
    {
        var tasks = new List<Task>();
        for (var number = 0; number < writers; number++)
        {
            var random = new Random((seed * 1_000) + number);
            var writer = new RecordingWriter(NewClient(primary, number % 2 == 0 ? Patient : CommitRetries.Off), Ledger, number, random);
            tasks.Add(Task.Run(() => RepeatAsync(writer.WriteOnceAsync, random), CancellationToken.None));
        }
        for (var number = 0; number < nodes.Count; number++)
        {
            var random = new Random((seed * 1_000) + 500 + number);
            var reader = new RecordingReader(NewClient(nodes[number], CommitRetries.Off), Ledger, number, random);
            tasks.Add(Task.Run(() => RepeatAsync(reader.ReadOnceAsync, random), CancellationToken.None));
        }
        _running = Task.WhenAll(tasks);
    }

    /// <summary>Asks for nothing until told to go on, so that nodes become idle.</summary>
    public void Rest() => _isResting = true;

    /// <summary>Goes on after a rest.</summary>
    public void GoOn() => _isResting = false;

    /// <summary>Returns when a number of further commits was answered: the load gets on.</summary>
    public async Task GetsOnAsync(int commits = 100)
    {
        var before = Ledger.Committed;
        await Eventually.HoldsAsync("the writers get on", () => Ledger.Committed >= before + commits || _running.IsFaulted, NodeProcess.Patience, cancellation: CancellationToken.None);
        if (_running.IsFaulted) await _running;
    }

    /// <summary>Ends the load and waits for what is under way.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
        foreach (var client in _clients) await client.DisposeAsync();
        _clients.Clear();
    }

    /// <summary>All collections as a node shows them now go into the ledger, too; after the load.</summary>
    public async Task ReadAllAsync(ReplicationClient node)
    {
        var reader = new RecordingReader(node, Ledger, -1, new Random(seed));
        foreach (var collection in await node.ListCollectionsAsync(cancellation: CancellationToken.None)) await reader.ScanAsync(collection.Name, CancellationToken.None);
    }

    /// <summary>Holds what was recorded against the log of the primary, which does not run any more.</summary>
    /// <exception cref="ViolationException">A promise was broken.</exception>
    public CheckCounts CheckAgainst(NodeProcess stopped) => CheckAgainst(LogFolder.ReadHistory(Path.Combine(stopped.Data, "log")));

    /// <summary>Holds what was recorded against a history.</summary>
    /// <exception cref="ViolationException">A promise was broken.</exception>
    public CheckCounts CheckAgainst(History history)
    {
        Ledger.CheckAgainst(history);
        return history.Counts;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private ReplicationClient NewClient(Uri address, CommitRetries retries)
    {
        var client = new ReplicationClient(new ReplicationClientOptions { Address = address, Timeout = CallTimeout, Retries = retries });
        _clients.Add(client);
        return client;
    }

    private async Task RepeatAsync(Func<CancellationToken, Task> once, Random random)
    {
        using var timer = new PeriodicTimer(LongestPause * (0.5 + (random.NextDouble() / 2)));
        try
        {
            do
            {
                if (!_isResting) await once(_stop.Token);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Over.
        }
    }
}
