namespace Replication.Bench.Processes;

/// <summary>Looks at the resident memory of a process every so often, and keeps the highest.</summary>
internal sealed class PeakMemory : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Task<long> _looking;

    public PeakMemory(ServerProcess process) => _looking = LookAsync(process);

    /// <summary>The highest that was seen, in bytes.</summary>
    public async Task<long> StopAsync()
    {
        await _stopping.CancelAsync();
        return await _looking;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task<long> LookAsync(ServerProcess process)
    {
        var highest = process.ResidentBytes;
        using var timer = new PeriodicTimer(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token)) highest = Math.Max(highest, process.ResidentBytes);
        }
        catch (OperationCanceledException)
        {
            return highest;
        }
        return highest;
    }
}
