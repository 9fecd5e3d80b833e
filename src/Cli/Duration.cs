using System.CommandLine.Parsing;
using System.Globalization;

namespace Replication.Cli;

/// <summary>Times on the command line: a number with <c>ms</c>, <c>s</c> (also without a unit), <c>m</c> or <c>h</c>.</summary>
internal static class Duration
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private static readonly (string Unit, double Seconds)[] Units = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("", 1)];

    internal static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var (unit, seconds) = Units.First(unit => text.EndsWith(unit.Unit, StringComparison.Ordinal));
        if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
        if (number * seconds > Longest.TotalSeconds) return false;
        duration = TimeSpan.FromSeconds(number * seconds);
        return true;
    }

    internal static TimeSpan Parser(ArgumentResult result)
    {
        if (TryParse(result.Tokens[0].Value, out var duration)) return duration;
        result.AddError($"'{result.Tokens[0].Value}' is no time; write it like 500ms, 30s or 2m.");
        return default;
    }
}
