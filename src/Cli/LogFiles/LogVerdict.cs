using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Cli.LogFiles;

/// <summary>What a log on disk is worth, judged as a start of the node would, without changing anything.</summary>
/// <param name="Last">Position of the last entry that is whole and follows those before it.</param>
/// <param name="History">The lineage.</param>
/// <param name="Torn">A write that a crash cut short and a start would cut; null when there is none.</param>
/// <param name="Damage">Why a start would be refused; null when it would not.</param>
internal sealed record LogVerdict(LogPosition Last, HistoryId History, TornTail? Torn, LogDamagedException? Damage)
{
    internal static LogVerdict Of(IFileSystem files, string directory)
    {
        try
        {
            var (tail, history, torn) = LogRecovery.Verify(files, directory);
            return new LogVerdict(tail.Position, history, torn, null);
        }
        catch (LogDamagedException damage)
        {
            return new LogVerdict(new LogPosition(Epoch.None, Math.Max(0, damage.Index - 1)), HistoryId.None, null, damage);
        }
    }
}
