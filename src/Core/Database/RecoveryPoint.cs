using System.Globalization;

namespace Replication.Core.Database;

/// <summary>How far the opening of a data directory has come.</summary>
/// <param name="Step">What is being done.</param>
/// <param name="Done">So much of it: bytes of a snapshot, entries of the log.</param>
/// <param name="Total">Of so much; 0 when that is not counted.</param>
public readonly record struct RecoveryPoint(RecoveryStep Step, long Done, long Total)
{
    /// <summary>For people, like <c>43 % of the snapshot, 12 s left</c>.</summary>
    /// <param name="left">For how long this step will go on; null when that is not known.</param>
    public string Describe(TimeSpan? left)
    {
        if (Step == RecoveryStep.Checking) return "the log is being checked";
        var part = string.Create(CultureInfo.InvariantCulture, $"{(Total == 0 ? 100 : 100 * (double)Done / Total):0} % of ");
        var what = Step == RecoveryStep.Snapshot ? "the snapshot" : string.Create(CultureInfo.InvariantCulture, $"{Total} entries of the log");
        return part + what + (left is { } time ? string.Create(CultureInfo.InvariantCulture, $", {Math.Ceiling(time.TotalSeconds):0} s left") : string.Empty);
    }
}
