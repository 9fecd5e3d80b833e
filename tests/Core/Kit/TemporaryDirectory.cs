namespace Replication.Core.Tests.Kit;

/// <summary>A directory of the operating system that is gone when the test is.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("replication-core-");

    public string Combine(string name) => Path.Combine(_directory.FullName, name);

    public string FullName => _directory.FullName;

    public void Dispose() => _directory.Delete(recursive: true);
}
