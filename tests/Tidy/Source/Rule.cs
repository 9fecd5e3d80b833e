namespace Replication.Tidy.Tests.Source;

/// <summary>Something that holds for every file, and what to do where it does not.</summary>
/// <param name="Name">Also the name of its sample in the Samples folder.</param>
/// <param name="Instead">One sentence.</param>
/// <param name="Check">Looks at all files at once; most rules look at one after the other.</param>
internal sealed record Rule(string Name, string Instead, Func<IReadOnlyList<SourceFile>, IEnumerable<Violation>> Check)
{
    /// <summary>A rule about single files.</summary>
    public static Rule PerFile(string name, string instead, Func<SourceFile, bool> concerns, Func<SourceFile, IEnumerable<Violation>> check) =>
        new(name, instead, files => files.Where(concerns).SelectMany(check));
}
