namespace Replication.Bench;

/// <summary>What all families share.</summary>
/// <param name="Duration">Of one measurement.</param>
/// <param name="Warm">Of the warm-up before a first round: a fresh process runs at a fraction of its speed.</param>
/// <param name="Rounds">Measurements of each side.</param>
/// <param name="Callers">Of the commit rows.</param>
/// <param name="Records">Of the rows about data at rest, and range of the keys.</param>
/// <param name="Peers">Whether peers are measured.</param>
/// <param name="IsLoaded">Whether the commit rows begin with all records instead of none.</param>
internal sealed record Settings(TimeSpan Duration, TimeSpan Warm, int Rounds, IReadOnlyList<int> Callers, int Records, bool Peers, bool IsLoaded = false)
{
    private const int CallersAtSize = 64;

    /// <summary>The same with so many records, which are there from the beginning.</summary>
    public Settings AtSize(int records) => this with { Records = records, IsLoaded = true, Callers = [CallersAtSize] };

    /// <summary>Runs both sides so many rounds, each side first in every other one.</summary>
    public async Task AlternateAsync(Func<Task> ours, Func<Task>? peer)
    {
        for (var round = 0; round < Rounds; round++)
        {
            if (round % 2 == 0) await ours();
            if (Peers && peer is not null) await peer();
            if (round % 2 == 1) await ours();
        }
    }
}
