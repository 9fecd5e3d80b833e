using System.Globalization;

namespace Replication.Laboratory.Soak;

/// <summary>How long it runs, from which seed, and where to.</summary>
/// <param name="Length">Of the faults.</param>
/// <param name="Seed">Of what is done; when it happens depends on the machine.</param>
/// <param name="Output">The folder of charts and samples.</param>
internal sealed record SoakOptions(TimeSpan Length, int Seed, string Output)
{
    public const string Usage = "usage: [--minutes N | --seconds N] [--seed N] [--output FOLDER]";

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(10);

    /// <summary>Reads the arguments; null when they are wrong.</summary>
    public static SoakOptions? Parse(string[] arguments)
    {
        var options = new SoakOptions(TimeSpan.FromMinutes(1), 1, "soak");
        for (var at = 0; at < arguments.Length; at += 2)
        {
            if (at + 1 == arguments.Length) return null;
            var (name, value) = (arguments[at], arguments[at + 1]);
            var isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            switch (name)
            {
                case "--minutes" when isNumber: options = options with { Length = TimeSpan.FromMinutes(number) }; break;
                case "--seconds" when isNumber: options = options with { Length = TimeSpan.FromSeconds(number) }; break;
                case "--seed" when isNumber: options = options with { Seed = number }; break;
                case "--output": options = options with { Output = value }; break;
                default: return null;
            }
        }
        return options.Length >= Shortest ? options : null;
    }
}
