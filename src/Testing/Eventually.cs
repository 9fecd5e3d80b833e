using System.Diagnostics;

namespace Replication.Testing;

/// <summary>
/// The only thing in a test that waits: asks until a condition of the running system holds, no longer than its patience
/// lasts, and says what it awaited when it does not. A condition that is asked often has to be cheap and change nothing.
/// </summary>
public static class Eventually
{
    /// <summary>How long is waited unless a call says otherwise: 30 s. Patience costs nothing where all is well.</summary>
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until a condition holds. It is asked at once, then after pauses that grow from 2 to 50 ms.</summary>
    /// <param name="awaited">What is awaited, as a sentence: "the replica streams".</param>
    /// <param name="condition">Asked from one caller at a time. What it throws ends the waiting.</param>
    /// <param name="patience">How long at most; default <see cref="DefaultPatience"/>. The condition is asked once even when it is zero.</param>
    /// <param name="lastSeen">Describes what there is instead; asked only when the patience has ended.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="NotReachedException">It did not hold in time.</exception>
    public static Task HoldsAsync(
        string awaited, Func<bool> condition, TimeSpan? patience = null, Func<string>? lastSeen = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return HoldsAsync(awaited, () => Task.FromResult(condition()), patience, lastSeen, cancellation);
    }

    /// <summary>Waits until a condition holds that has to be asked asynchronously. One that does not answer is not awaited for longer either.</summary>
    /// <inheritdoc cref="HoldsAsync(string, Func{bool}, TimeSpan?, Func{string}?, CancellationToken)"/>
    public static async Task HoldsAsync(
        string awaited, Func<Task<bool>> condition, TimeSpan? patience = null, Func<string>? lastSeen = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(awaited);
        ArgumentNullException.ThrowIfNull(condition);
        var limit = patience ?? DefaultPatience;
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, TimeSpan.Zero, nameof(patience));
        var watch = Stopwatch.StartNew();
        using var timer = new PeriodicTimer(FirstPause);
        while (!await AnswerAsync(condition(), limit - watch.Elapsed, cancellation))
        {
            if (watch.Elapsed >= limit) throw new NotReachedException(awaited, watch.Elapsed, lastSeen?.Invoke());
            await timer.WaitForNextTickAsync(cancellation);
            timer.Period = timer.Period * 2 < LongestPause ? timer.Period * 2 : LongestPause;
        }
    }

    private static async Task<bool> AnswerAsync(Task<bool> asked, TimeSpan left, CancellationToken cancellation)
    {
        try
        {
            return await asked.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, cancellation);
        }
        catch (TimeoutException) when (!asked.IsCompleted)
        {
            return false;
        }
    }
}
