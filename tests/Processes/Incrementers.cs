using System.Globalization;
using System.Text;
using Replication.Client;

namespace Replication.Processes.Tests;

/// <summary>
/// Writers that each add one to a counter of their own, again and again, under the condition that it is as they left it: an
/// increment that is executed twice is rejected the second time, and one that is lost shows in the sum.
/// </summary>
internal sealed class Incrementers(ReplicationClient client, int count) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly long[] _acknowledged = new long[count];
    private Task _running = Task.CompletedTask;

    public long Acknowledged => _acknowledged.Sum();

    public void Start() => _running = Task.WhenAll(Enumerable.Range(0, count).Select(writer => Task.Run(() => RunAsync(writer), CancellationToken.None)));

    /// <summary>Ends; fails when any increment was rejected or stayed unknown.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    /// <summary>Each acknowledged increment is in its counter exactly once.</summary>
    public async Task AssertHoldsAsync(ReplicationClient reader)
    {
        for (var writer = 0; writer < count; writer++)
        {
            var counter = await reader.GetAsync("counters", $"w{writer}", cancellation: CancellationToken.None);
            Assert.Equal(_acknowledged[writer], long.Parse(Encoding.UTF8.GetString(counter.Value.Span), CultureInfo.InvariantCulture));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(int writer)
    {
        var condition = Condition.Absent;
        for (var value = 1L; !_stop.IsCancellationRequested; value++)
        {
            condition = Condition.UnchangedSince(await IncrementAsync(writer, value, condition));
            Interlocked.Increment(ref _acknowledged[writer]);
        }
    }

    private async Task<LogPosition> IncrementAsync(int writer, long value, Condition condition)
    {
        while (true)
        {
            try
            {
                return await client.PutAsync("counters", $"w{writer}", $"{value}", condition, CancellationToken.None);
            }
            catch (ReplicationException refused) when (refused.Code is ReplicationErrorCode.Unavailable or ReplicationErrorCode.Loading)
            {
                // The node is away: it took nothing.
            }
        }
    }
}
