using System.Collections.Concurrent;
using Replication.Client;

namespace Replication.Processes.Tests;

/// <summary>
/// Writers with keys of their own that go on through every failure, and remember for each key what was acknowledged and
/// what may have happened: a value whose commit was answered, or one whose outcome is unknown.
/// </summary>
internal sealed class Writers(ReplicationClient client, int count) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, (long Acknowledged, long Attempted)> _history = new(StringComparer.Ordinal);
    private Task _running = Task.CompletedTask;
    private long _acknowledged;
    private long _unknown;

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public long Unknown => Interlocked.Read(ref _unknown);

    public void Start() => _running = Task.WhenAll(Enumerable.Range(0, count).Select(writer => Task.Run(() => RunAsync(writer), CancellationToken.None)));

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Every acknowledged write is there, and nothing that was never attempted.</summary>
    public async Task AssertHoldsAsync(ReplicationClient reader)
    {
        Assert.NotEmpty(_history);
        foreach (var (key, (acknowledged, attempted)) in _history)
        {
            var result = await reader.GetAsync("load", key, cancellation: CancellationToken.None);
            var value = result.Found ? long.Parse(System.Text.Encoding.UTF8.GetString(result.Value.Span), System.Globalization.CultureInfo.InvariantCulture) : 0;
            Assert.True(value >= acknowledged, $"{key} has {value}, but {acknowledged} was acknowledged.");
            Assert.True(value <= attempted, $"{key} has {value}, but only {attempted} was ever attempted.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(int writer)
    {
        for (var value = 1L; !_stop.IsCancellationRequested; value++)
        {
            var key = $"w{writer}-{value % 20}";
            _history.AddOrUpdate(key, (0, value), (_, known) => (known.Acknowledged, value));
            try
            {
                await client.PutAsync("load", key, $"{value}", cancellation: CancellationToken.None);
                _history.AddOrUpdate(key, (value, value), (_, _) => (value, value));
                Interlocked.Increment(ref _acknowledged);
            }
            catch (ReplicationException failure)
            {
                if (failure is CommitUnknownException) Interlocked.Increment(ref _unknown);
            }
        }
    }
}
