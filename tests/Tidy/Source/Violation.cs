namespace Replication.Tidy.Tests.Source;

/// <summary>A place that breaks a rule.</summary>
internal readonly record struct Violation(string Path, int Line, string What)
{
    public override string ToString() => $"{Path}:{Line}: {What}";
}
