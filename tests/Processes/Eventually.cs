using System.Diagnostics;

namespace Replication.Processes.Tests;

/// <summary>The only thing that waits: polls a condition of the running system, bounded, and says what it waited for.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    public static async Task HoldsAsync(string what, Func<bool> condition) =>
        await HoldsAsync(what, () => Task.FromResult(condition()));

    public static async Task HoldsAsync(string what, Func<Task<bool>> condition)
    {
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(Between);
        while (!await condition())
        {
            Assert.True(watch.Elapsed < Patience, $"After {Patience.TotalSeconds} s it still does not hold that {what}.");
            await timer.WaitForNextTickAsync();
        }
    }
}
