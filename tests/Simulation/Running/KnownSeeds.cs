using System.Globalization;

namespace Replication.Simulation.Tests.Running;

/// <summary>Seeds that once broke a promise.</summary>
internal static class KnownSeeds
{
    public static IReadOnlyList<ulong> All { get; } = Read();

    private static List<ulong> Read()
    {
        using var stream = typeof(KnownSeeds).Assembly.GetManifestResourceStream("seeds.txt") ?? throw new FileNotFoundException("seeds.txt is not embedded.");
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0).Select(line => ulong.Parse(line, CultureInfo.InvariantCulture))];
    }
}
