using System.Globalization;
using Replication.Client;

namespace Replication.Testing.Tests.Fixture;

/// <summary>Writers that go on until they are stopped, each with keys of its own.</summary>
internal sealed class Writers : IAsyncDisposable
{
    private const int KeysEach = 50;

    private readonly ReplicationClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private long _acknowledged;

    public Writers(ReplicationClient client, int count)
    {
        _client = client;
        _running = Task.WhenAll(Enumerable.Range(0, count).Select(WriteAsync));
    }

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>Waits until so many more writes were acknowledged.</summary>
    public async Task WriteMoreAsync(long writes)
    {
        var target = Acknowledged + writes;
        await Eventually.HoldsAsync(
            $"{writes} more writes are acknowledged", () => Acknowledged >= target || _running.IsFaulted, lastSeen: () => $"{Acknowledged} of {target}", cancellation: CancellationToken.None);
        if (_running.IsFaulted) await _running;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
    }

    private async Task WriteAsync(int writer)
    {
        for (var value = 0; !_stop.IsCancellationRequested; value++)
        {
            await _client.PutAsync("load", $"w{writer}-{value % KeysEach}", value.ToString(CultureInfo.InvariantCulture), cancellation: CancellationToken.None);
            Interlocked.Increment(ref _acknowledged);
        }
    }
}
