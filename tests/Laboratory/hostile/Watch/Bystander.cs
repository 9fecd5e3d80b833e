using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Replication.ProcessKit;
using Replication.Testing;

namespace Replication.Hostile.Tests.Watch;

/// <summary>
/// Those who do nothing wrong, for as long as it lives: a client that commits and reads over one connection, an operator who asks for
/// the status over a new connection each time, and a probe of health. Each keeps how long it waited at most, and what went wrong.
/// Beside them a file of its own is synced, so that what the machine's disk alone made somebody wait for is not held against the node.
/// </summary>
internal sealed class Bystander : IAsyncDisposable
{
    private const string Collection = "bystander";
    private const string Commit = "commit";
    private const string ReplicasHealth = "replica's health";
    private const int MiB = 1024 * 1024;

    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(100);

    private readonly NodeProcess _primary;
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, (TimeSpan Worst, int Rounds)> _waits = new();
    private readonly List<Task> _running;
    private long _peak;
    private long _slowestSync;

    private Bystander(NodeProcess primary, NodeProcess? replica)
    {
        _primary = primary;
        _running = [ClientAsync(), OperatorAsync("status", primary), ProbeAsync("health", primary), MemoryAsync(), DiskAsync()];
        if (replica is not null) _running.AddRange([OperatorAsync("replica's status", replica), ReplicasProbeAsync(replica)]);
    }

    /// <summary>Memory of the primary at its highest, in MiB.</summary>
    public long PeakMiB => Interlocked.Read(ref _peak);

    public static Bystander Of(NodeProcess primary, NodeProcess? replica = null) => new(primary, replica);

    /// <summary>
    /// Ends them, and says what they met: nothing failed, nobody waited for longer than a bound, and each was there. Who waits for
    /// a sync may wait longer by the slowest one of the machine.
    /// </summary>
    public async Task<string> AssertServedAsync(TimeSpan atMost)
    {
        await EndAsync();
        var met = string.Join(", ", _waits.OrderBy(wait => wait.Key, StringComparer.Ordinal).Select(wait =>
            string.Create(CultureInfo.InvariantCulture, $"{wait.Key}: {wait.Value.Rounds} rounds, at most {wait.Value.Worst.TotalMilliseconds:F0} ms")));
        var sync = TimeSpan.FromTicks(Interlocked.Read(ref _slowestSync));
        met += string.Create(CultureInfo.InvariantCulture, $", the machine's own sync: at most {sync.TotalMilliseconds:F0} ms");
        Assert.True(_failures.IsEmpty, $"Not everybody was served ({met}):\n{string.Join('\n', _failures.Take(10))}\n{_primary.Output}");
        Assert.True(_waits.Count >= 3 && _waits.All(wait => wait.Value.Rounds > 0 && wait.Value.Worst <= (WaitsForTheDisk(wait.Key) ? atMost + sync : atMost)), $"Somebody waited for more than {atMost}: {met}");
        return met;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _ending.Dispose();
    }

    private async Task EndAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_running);
    }

    private async Task ClientAsync()
    {
        await using var client = _primary.NewClient();
        var round = 0;
        await RepeatAsync(Commit, async () => await client.PutAsync(Collection, "key", (++round).ToString(CultureInfo.InvariantCulture), cancellation: CancellationToken.None), "read", async () =>
        {
            var read = await client.GetAsync(Collection, "key", cancellation: CancellationToken.None);
            if (int.Parse(read.Value.Span, CultureInfo.InvariantCulture) < round) throw new InvalidOperationException("A read did not show what was committed.");
        });
    }

    private Task OperatorAsync(string what, NodeProcess node) => RepeatAsync(what, async () =>
    {
        await using var client = node.NewClient();
        await client.StatusAsync(CancellationToken.None);
    });

    private Task ProbeAsync(string what, NodeProcess node) => RepeatAsync(what, async () =>
    {
        using var answer = await HealthAsync(node);
        answer.EnsureSuccessStatusCode();
    });

    // It says that it is not ready when it has heard nothing for 3 s, which is less than anybody may wait here: so what counts is how long until it is.
    private Task ReplicasProbeAsync(NodeProcess replica) => RepeatAsync(ReplicasHealth, () => Eventually.HoldsAsync("the replica's health is good", async () =>
    {
        using var answer = await HealthAsync(replica);
        return answer.IsSuccessStatusCode;
    }, cancellation: CancellationToken.None));

    private static async Task<HttpResponseMessage> HealthAsync(NodeProcess node)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(10) };
        return await http.GetAsync(new Uri(node.Http, "/health/ready"), CancellationToken.None);
    }

    // In the folder of temporary files, where the nodes have their data too.
    private async Task DiskAsync()
    {
        await using var file = new FileStream(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName()), new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
        await EachRoundAsync(() => Task.Run(() => Sync(file), CancellationToken.None));
    }

    private void Sync(FileStream file)
    {
        var began = Stopwatch.GetTimestamp();
        file.WriteByte(0);
        file.Flush(flushToDisk: true);
        Interlocked.Exchange(ref _slowestSync, Math.Max(Interlocked.Read(ref _slowestSync), Stopwatch.GetElapsedTime(began).Ticks));
    }

    private static bool WaitsForTheDisk(string what) => what is Commit or ReplicasHealth;

    private Task MemoryAsync() => EachRoundAsync(() =>
    {
        if (!_primary.HasEnded) Interlocked.Exchange(ref _peak, Math.Max(PeakMiB, ProcessFacts.Of(_primary.Id).ResidentBytes / MiB));
        return Task.CompletedTask;
    });

    private Task RepeatAsync(string what, Func<Task> act, string then = "", Func<Task>? actThen = null) => EachRoundAsync(async () =>
    {
        await TimeAsync(what, act);
        if (actThen is not null) await TimeAsync(then, actThen);
    });

    private async Task TimeAsync(string what, Func<Task> act)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await act();
        }
        catch (Exception failure)
        {
            _failures.Enqueue($"{what}: {failure.GetType().Name}: {failure.Message}");
        }
        var took = Stopwatch.GetElapsedTime(began);
        _waits.AddOrUpdate(what, (took, 1), (_, wait) => (wait.Worst > took ? wait.Worst : took, wait.Rounds + 1));
    }

    private async Task EachRoundAsync(Func<Task> act)
    {
        using var timer = new PeriodicTimer(BetweenRounds);
        try
        {
            do await act();
            while (await timer.WaitForNextTickAsync(_ending.Token));
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            return;
        }
    }
}
