using System.Globalization;
using Spectre.Console;

namespace Replication.Cli.Output;

/// <summary>A bar with count, rate and bytes while an import runs, for a person; nothing for anyone else.</summary>
internal static class ImportProgress
{
    /// <summary>Runs the work and shows how far it is.</summary>
    /// <param name="terminal">Where to draw: its error stream.</param>
    /// <param name="totalBytes">Bytes of the file; null when that is not known.</param>
    /// <param name="work">Is given what to call with the records and bytes done.</param>
    internal static async Task<T> ShowAsync<T>(Terminal terminal, long? totalBytes, Func<Action<long, long>, Task<T>> work)
    {
        if (!terminal.IsErrorTerminal) return await work(static (_, _) => { });
        var begun = terminal.Time.GetTimestamp();
        return await Screen.Of(terminal, terminal.Error).Progress()
            .AutoClear(true)
            .Columns(new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
            .StartAsync(async drawing =>
            {
                var bar = drawing.AddTask("0 records", maxValue: Math.Max(1, totalBytes ?? 1));
                bar.IsIndeterminate = totalBytes is null;
                return await work((records, bytes) =>
                {
                    if (totalBytes is not null) bar.Value = bytes;
                    bar.Description = Describe(records, bytes, terminal.Time.GetElapsedTime(begun));
                });
            });
    }

    /// <summary>Like <c>1200 records, 5.0 MB, 4000/s</c>.</summary>
    internal static string Describe(long records, long bytes, TimeSpan elapsed) => string.Create(
        CultureInfo.InvariantCulture, $"{records} records, {Units.Bytes(bytes)}, {records / Math.Max(0.001, elapsed.TotalSeconds):0}/s");
}
